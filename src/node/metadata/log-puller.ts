import { KvError } from '../core/errors.js';
import { LIMITS } from '../core/limits.js';
import type { NodeId } from '../core/metadata/cluster-metadata.js';
import type { Buggify } from '../env/buggify.js';
import type { Clock, Timer } from '../env/clock.js';
import type { Logger } from '../env/log.js';
import type { Counter, Metrics } from '../env/metrics.js';
import type { Random } from '../env/random.js';
import type { PeerLink } from '../env/transport.js';
import type { LivenessService, PeerDirectory } from '../services.js';
import type { LogKeeper } from './log-keeper.js';

/** Between two attempts while somebody waits: half of it at least. */
const RETRY_MS = 100;

export interface LogPullerOptions {
  readonly self: NodeId;
  readonly keeper: LogKeeper;
  readonly clock: Clock;
  readonly buggify: Buggify;
  readonly random: Random;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly directory: PeerDirectory;
  readonly liveness: LivenessService;
  /** A peer whose hello was accepted sends entries of a format that this node does not know. */
  readonly onFatal: (error: KvError) => void;
}

/** Catches up with the log when a later epoch is heard of: one pull at a time, a few peers at most, then none until it is heard of again. */
export class LogPuller {
  readonly #options: LogPullerOptions;
  readonly #pulls: Readonly<Record<'ok' | 'failed', Counter>>;
  #wanted = 0;
  #holder: NodeId | undefined;
  #running = false;
  #stopped = false;
  #retry: Timer | undefined;

  constructor(options: LogPullerOptions) {
    this.#options = options;
    const counter = (outcome: string): Counter =>
      options.metrics.counter({
        name: 'kv_metadata_pulls_total',
        help: 'Questions to peers for metadata entries that this node lacks.',
        labels: { outcome },
      });
    this.#pulls = { ok: counter('ok'), failed: counter('failed') };
  }

  /** Says that an epoch exists, and who has it; the holder is asked first. */
  observe(epoch: number, holder?: NodeId): void {
    if (this.#stopped || epoch <= this.#options.keeper.epoch()) return;
    this.#wanted = Math.max(this.#wanted, epoch);
    this.#holder = holder ?? this.#holder;
    if (!this.#running) void this.#run();
  }

  /** Takes over what one peer has beyond this node. @throws KvError of the link, or as `LogKeeper.learn` */
  async pullFrom(link: PeerLink, remainingMs: number): Promise<void> {
    const { keeper, buggify } = this.#options;
    const timeoutMs = Math.min(remainingMs, LIMITS.metadataPullMs);
    const history = keeper.history();
    const reply = await link.meta({ kind: 'pull', after: keeper.epoch(), history }, timeoutMs);
    if (reply.kind !== 'log') return;
    if (reply.snapshot !== undefined) await keeper.install(reply.snapshot);
    const short = buggify('metadata.short-pull');
    await keeper.learn(short ? reply.entries.slice(0, 1) : reply.entries);
  }

  stop(): void {
    this.#stopped = true;
    this.#retry?.cancel();
  }

  /** Never rejects but for a bug. */
  async #run(): Promise<void> {
    const { keeper } = this.#options;
    this.#running = true;
    const useless = new Set<NodeId>();
    while (!this.#stopped && keeper.epoch() < this.#wanted) {
      const source = this.#nextSource(useless);
      if (source === undefined || useless.size >= LIMITS.metadataPullPeers) break;
      const before = keeper.epoch();
      await this.#tryPull(source);
      if (keeper.epoch() === before) useless.add(source);
    }
    this.#running = false;
    this.#wanted = 0;
    this.#holder = undefined;
    if (!this.#stopped && keeper.awaited() > keeper.epoch()) this.#retryLater();
  }

  async #tryPull(source: NodeId): Promise<void> {
    const { directory, log } = this.#options;
    const link = directory.linkTo(source);
    if (link === undefined) return;
    try {
      await this.pullFrom(link, LIMITS.metadataPullMs);
      this.#pulls.ok.inc();
    } catch (error) {
      if (!(error instanceof KvError)) throw error;
      this.#pulls.failed.inc();
      log.debug('a pull of metadata failed', { peer: source, code: error.code });
      // Refused at the hello, the versions differ on the wire; refused after it, the log itself is too new.
      if (error.code === 'KV_FORMAT_UNKNOWN' && link.remote() !== undefined)
        this.#options.onFatal(error);
    }
  }

  /** The one that was heard of first, then voters, then the others; those believed down last. */
  #nextSource(useless: ReadonlySet<NodeId>): NodeId | undefined {
    const { keeper, self, liveness } = this.#options;
    const state = keeper.state();
    const members = (state?.members ?? []).filter((member) => member.state !== 'removed');
    const known = [...(state?.voters ?? []), ...members.map((member) => member.nodeId)];
    const isUp = (id: NodeId): boolean => liveness.stateOf(id) !== 'down';
    const order = [
      ...(this.#holder === undefined ? [] : [this.#holder]),
      ...known.filter(isUp),
      ...known.filter((id) => !isUp(id)),
    ];
    return order.find((id) => id !== self && !useless.has(id));
  }

  #retryLater(): void {
    const { clock, random, keeper } = this.#options;
    this.#retry?.cancel();
    this.#retry = clock.after(RETRY_MS * (0.5 + random.nextFloat() / 2), () => {
      this.observe(keeper.awaited());
    });
  }
}
