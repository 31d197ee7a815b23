import { KvError } from '../core/errors.js';
import { LIMITS } from '../core/limits.js';
import type { ClockOffsets } from '../core/membership/clock-offset.js';
import { sample, type Draw } from '../core/membership/peer-selection.js';
import type { NodeId } from '../core/metadata/cluster-metadata.js';
import type { Clock } from '../env/clock.js';
import type { PeerLink } from '../env/transport.js';

export interface ProberOptions {
  readonly clock: Clock;
  readonly draw: Draw;
  readonly linkTo: (nodeId: NodeId) => PeerLink | undefined;
  /** Nodes that are up, which may be asked to probe another. */
  readonly helpers: () => readonly NodeId[];
  readonly clocks: ClockOffsets;
}

export type ProbeResult =
  { readonly alive: true } | { readonly alive: false; readonly indirect: number };

/** Time for the request to a helper and its answer to travel, beyond the probe it makes. */
const RELAY_MS = 100;

/** Asks a node whether it lives: directly, then through others, so that one bad path is not taken for a death (SWIM). */
export class Prober {
  readonly #options: ProberOptions;
  #forOthers = 0;

  constructor(options: ProberOptions) {
    this.#options = options;
  }

  /** One direct probe and, when that fails, up to three indirect ones at once; ends within 1.1 s. */
  async probe(nodeId: NodeId): Promise<ProbeResult> {
    if (await this.ask(nodeId, LIMITS.probeMs)) return { alive: true };
    const others = this.#options.helpers().filter((id) => id !== nodeId);
    const chosen = sample(others, LIMITS.indirectProbes, this.#options.draw);
    const answers = await Promise.all(chosen.map((helper) => this.#askThrough(helper, nodeId)));
    return answers.includes(true) ? { alive: true } : { alive: false, indirect: chosen.length };
  }

  /** Whether a node answers itself; its clock is read. */
  async ask(nodeId: NodeId, timeoutMs: number): Promise<boolean> {
    const link = this.#options.linkTo(nodeId);
    if (link === undefined) return false;
    const sentMonoMs = this.#options.clock.monotonicMs();
    const reply = await orUndefined(link.control({ kind: 'probe' }, timeoutMs));
    if (reply?.kind !== 'alive') return false;
    // Another node may have taken over the address.
    if (link.remote()?.nodeId !== nodeId) return false;
    const receivedMonoMs = this.#options.clock.monotonicMs();
    this.#options.clocks.note(nodeId, { peerWallMs: reply.wallMs, sentMonoMs, receivedMonoMs });
    return true;
  }

  /** Probes for another node. @throws KvError KV_OVERLOADED when too many ask at once */
  async probeFor(nodeId: NodeId, timeoutMs: number): Promise<boolean> {
    if (this.#forOthers >= LIMITS.probesForOthers)
      throw new KvError('KV_OVERLOADED', 'too many probes for others are under way');
    this.#forOthers += 1;
    try {
      return await this.ask(nodeId, Math.min(timeoutMs, LIMITS.probeMs));
    } finally {
      this.#forOthers -= 1;
    }
  }

  async #askThrough(helper: NodeId, nodeId: NodeId): Promise<boolean> {
    const link = this.#options.linkTo(helper);
    if (link === undefined) return false;
    const request = { kind: 'probe-for', nodeId, timeoutMs: LIMITS.probeMs } as const;
    const reply = await orUndefined(link.control(request, LIMITS.probeMs + RELAY_MS));
    return reply?.kind === 'probed' && reply.alive;
  }
}

/** An exchange that fails as exchanges may is no answer; a defect stays one. */
async function orUndefined<T>(exchange: Promise<T>): Promise<T | undefined> {
  try {
    return await exchange;
  } catch (error) {
    if (error instanceof KvError) return undefined;
    throw error;
  }
}
