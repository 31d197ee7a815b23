import { KvError } from '../core/errors.js';
import { LIMITS } from '../core/limits.js';
import type { DataRequest } from '../core/messages.js';
import type { Logger } from '../env/log.js';
import { HealAttempts } from './heal-attempts.js';
import type { CorruptCopy, OperationContext } from './operation-context.js';
import type { ReadResult } from './read-attempt.js';
import { ReadOperation } from './read-operation.js';

/** A healing that is delayed on purpose. */
const DELAYED_HEAL_MS = 500;

/**
 * Replaces corrupt copies by what a quorum of the other replicas holds, beside the operation that met them.
 *
 * The corrupt copy may have been one of those that acknowledged a write; the others of that write quorum are still met by
 * every read quorum among the remaining replicas, so what such a quorum agrees on is never older. Fewer are not enough:
 * a single replica may have missed the write, and putting its copy in place would undo it. If they agree that there is none, the
 * corrupt copy goes: what it was has been deleted and forgotten, or was never acknowledged by a quorum.
 *
 * A corrupt copy that such a read meets in turn is left to the next operation of a client: two corrupt copies of three
 * would have each other healed for ever.
 */
export class CorruptHealer {
  readonly #context: OperationContext;
  /** For the reads that heal: what they meet is counted, and nothing else. */
  readonly #healing: OperationContext;
  readonly #log: Logger;
  readonly #attempts = new HealAttempts();

  constructor(context: OperationContext, log: Logger) {
    this.#context = context;
    this.#healing = {
      ...context,
      reportCorrupt: () => {
        context.metrics.corruptCopies.inc();
      },
    };
    this.#log = log;
  }

  /** Begins to heal a copy, if it may be tried now; if not, the next operation that meets it reports it again. */
  report(copy: CorruptCopy): void {
    const { metrics, router, clock, buggify } = this.#context;
    metrics.corruptCopies.inc();
    if (!this.#attempts.begin(copy, clock.monotonicMs())) return;
    this.#log.warn('a copy does not match its checksum', { node: router.nameOf(copy.nodeId) });
    const heal = (): void => {
      this.#heal(copy);
    };
    if (buggify('coordinator.late-heal')) clock.after(DELAYED_HEAL_MS, heal);
    else heal();
  }

  #heal(copy: CorruptCopy): void {
    const { namespace, key, nodeId } = copy;
    const question = { namespace, key, level: 'quorum', wantsRecord: true, exclude: [nodeId] };
    const deadlineMs = this.#context.clock.monotonicMs() + LIMITS.requestMs;
    new ReadOperation(this.#healing, {
      question,
      deadlineMs,
      trace: undefined,
      done: (result) => {
        this.#replace(copy, deadlineMs, result);
      },
    }).start();
  }

  #replace(copy: CorruptCopy, deadlineMs: number, result: ReadResult | KvError): void {
    const { router, clock } = this.#context;
    if (result instanceof KvError) {
      this.#end(copy, result.message);
      return;
    }
    const { record, route } = result;
    const { epoch, namespace, replicas } = route.plan;
    if (!replicas.some(({ nodeId }) => nodeId === copy.nodeId)) {
      this.#end(copy, 'it has moved away');
      return;
    }
    const about = { epoch, namespace, key: copy.key };
    const request: DataRequest =
      record === undefined
        ? { ...about, kind: 'discard' }
        : { ...about, kind: 'write', record: record.encoded, repair: true };
    const envelope = { request, remainingMs: deadlineMs - clock.monotonicMs() };
    router.send(copy.nodeId, envelope, (reply) => {
      this.#end(copy, reply.kind === 'written' ? undefined : `the replica replied ${reply.kind}`);
    });
  }

  #end(copy: CorruptCopy, failure: string | undefined): void {
    const { metrics, router, clock } = this.#context;
    const node = router.nameOf(copy.nodeId);
    if (failure === undefined) {
      this.#attempts.succeeded(copy);
      metrics.healedCopies.inc();
      this.#log.info('a corrupt copy was replaced, or dropped as the others have none', { node });
    } else {
      this.#attempts.failed(copy, clock.monotonicMs());
      this.#log.warn('a corrupt copy was not replaced', { node, reason: failure });
    }
  }
}
