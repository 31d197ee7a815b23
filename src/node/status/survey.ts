import { KvError } from '../core/errors.js';
import type { NodeId } from '../core/metadata/cluster-metadata.js';
import type { AskError, NodeReport } from '../core/views/node-views.js';
import type { Clock } from '../env/clock.js';
import type { PeerDirectory } from '../services.js';

/** What one node answered when all were asked. */
export type Answer =
  | { readonly report: NodeReport; readonly error: undefined }
  | { readonly report: undefined; readonly error: AskError };

export type Answers = ReadonlyMap<NodeId, Answer>;

/** A node that hangs costs a survey no more than this. */
const ASK_MS = 1_000;
/**
 * Watches and commands that come together share one survey. Less than a process takes to start, so that a command sees what
 * the one before it has done.
 */
const FRESH_MS = 100;

export interface SurveyOptions {
  readonly clock: Clock;
  readonly peers: PeerDirectory;
  readonly own: () => NodeReport;
}

/** Asks every member for its report, all at once, each under a deadline; shared by callers within `FRESH_MS`. */
export class Survey {
  readonly #options: SurveyOptions;
  #running: Promise<Answers> | undefined;
  #startedMs = 0;

  constructor(options: SurveyOptions) {
    this.#options = options;
  }

  /** An answer or an error for every id given. */
  async ask(ids: readonly NodeId[]): Promise<Answers> {
    const { clock } = this.#options;
    const nowMs = clock.monotonicMs();
    if (this.#running === undefined || nowMs - this.#startedMs > FRESH_MS) {
      this.#startedMs = nowMs;
      this.#running = this.#askAll(ids);
    }
    return await this.#running;
  }

  async #askAll(ids: readonly NodeId[]): Promise<Answers> {
    const answers = await Promise.all(ids.map((id) => this.#askOne(id)));
    return new Map(ids.map((id, i) => [id, answers[i] ?? failed(new Error('not asked'))]));
  }

  async #askOne(id: NodeId): Promise<Answer> {
    const own = this.#options.own();
    if (id === own.nodeId) return { report: own, error: undefined };
    const link = this.#options.peers.linkTo(id);
    if (link === undefined)
      return { report: undefined, error: { code: 'KV_UNREACHABLE', message: 'no address known' } };
    try {
      const reply = await link.meta({ kind: 'report' }, ASK_MS);
      if (reply.kind !== 'report') throw new Error(`unexpected answer ${reply.kind}`);
      return { report: reply.report, error: undefined };
    } catch (error) {
      return failed(error);
    }
  }
}

function failed(error: unknown): Answer {
  if (error instanceof KvError)
    return { report: undefined, error: { code: error.code, message: error.message } };
  return { report: undefined, error: { code: 'KV_INTERNAL', message: String(error) } };
}
