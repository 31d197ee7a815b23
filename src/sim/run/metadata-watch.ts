import { canonicalJson } from '../../node/core/metadata/canonical-json.js';
import type { MetaReply } from '../../node/core/messages.js';
import type { Transport } from '../../node/env/transport.js';
import type { ClusterView } from '../../node/services.js';
import type { NodeRun } from '../node-run.js';
import type { SimProcess } from '../sim-process.js';
import type { Findings } from './findings.js';
import { delegating, withHandler } from './handler-tap.js';

/** What the first node that applied an epoch had then. */
interface Seen {
  readonly metadata: ClusterView['metadata'];
  readonly text: string;
}

/** Sees every epoch that any node applies, and every vote: one value per epoch, in order, and no vote of an impostor. */
export class MetadataWatch {
  readonly #findings: Findings;
  readonly #isImpostor: (process: SimProcess) => boolean;
  readonly #values = new Map<number, Seen>();

  constructor(findings: Findings, isImpostor: (process: SimProcess) => boolean) {
    this.#findings = findings;
    this.#isImpostor = isImpostor;
  }

  /** Epochs that were seen. */
  epochs(): number {
    return this.#values.size;
  }

  /** Follows what a node applies from now on. */
  follow(run: NodeRun): void {
    const { metadata } = run.node;
    let last = 0;
    const see = (view: ClusterView): void => {
      const { epoch } = view.metadata;
      if (epoch <= last) this.#report(run, `applied epoch ${epoch} after epoch ${last}`);
      last = epoch;
      this.#judge(run, view);
    };
    metadata.subscribe(see);
    const current = metadata.current();
    if (current !== undefined) see(current);
  }

  /** The transport of a process, with its votes watched. */
  watchVotes(run: NodeRun, transport: Transport): Transport {
    return withHandler(transport, (handler) => ({
      ...delegating(handler),
      meta: async (from, request, remainingMs) => {
        const reply = await handler.meta(from, request, remainingMs);
        this.#seeVote(run, reply);
        return reply;
      },
    }));
  }

  #seeVote(run: NodeRun, reply: MetaReply): void {
    if (reply.kind !== 'promised' && reply.kind !== 'accepted') return;
    if (!this.#isImpostor(run.process)) return;
    const { name } = run.machine;
    this.#findings.add('impostor-voted', `${name} ${reply.kind} from a disk that is not its own`);
  }

  #judge(run: NodeRun, { metadata }: ClusterView): void {
    const { epoch } = metadata;
    const known = this.#values.get(epoch);
    if (known === undefined) {
      this.#values.set(epoch, { metadata, text: JSON.stringify(metadata) });
      return;
    }
    // All nodes fold the same entries in the same way, so the order of fields hardly ever differs.
    if (known.text === JSON.stringify(metadata)) return;
    const [one, other] = [canonicalJson(known.metadata), canonicalJson(metadata)];
    if (one !== other)
      this.#report(
        run,
        `holds another epoch ${epoch} than a node before it: ${differing(one, other)}`,
      );
  }

  #report(run: NodeRun, what: string): void {
    this.#findings.add('metadata-diverged', `${run.machine.name} ${what}`);
  }
}

/** Where two texts begin to differ, and how each goes on. */
function differing(one: string, other: string): string {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at += 1;
  const from = Math.max(0, at - BEFORE);
  const [before, now] = [one, other].map((text) => text.slice(from, at + AFTER));
  return `... ${before ?? ''} ... and ... ${now ?? ''} ...`;
}

const BEFORE = 30;
const AFTER = 50;
