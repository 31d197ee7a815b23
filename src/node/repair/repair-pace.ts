import { KvError } from '../core/errors.js';
import { LIMITS } from '../core/limits.js';
import type { NodeId } from '../core/metadata/cluster-metadata.js';
import { loweredRate, raisedRate } from '../core/pace/rate-steps.js';
import type { RepairQuestion, RepairReply } from '../core/repair/repair-messages.js';
import type { Clock } from '../env/clock.js';
import type { RepairPartner } from './repair-partner.js';

/** How fast a node is given records, and what it was slowed down by; empty when it takes all that it may get. */
export interface PaceOfNode {
  readonly nodeId: NodeId;
  readonly bytesPerSecond: number;
  readonly why: string;
}

/** The rate of repairs to one node, by its answers. */
interface Tracked {
  bytesPerSecond: number;
  why: string;
  /** What it usually takes to apply records; undefined before the first time. */
  usualMs: number | undefined;
  loweredMs: number;
  changedMs: number;
}

const BOUNDS = {
  least: LIMITS.repairLeastBytesPerSecond,
  most: LIMITS.repairBytesPerSecond,
  step: LIMITS.repairStepBytesPerSecond,
};
const FRESH: Tracked = {
  ...{ bytesPerSecond: BOUNDS.most, why: '', usualMs: undefined },
  ...{ loweredMs: -Infinity, changedMs: -Infinity },
};
/** An answer is slow when it takes so many times as long as usual. */
const SLOW_TIMES = 4;
/** Shares of a new time in the usual one: what is slow for long does not soon become usual. */
const DOWN_SHARE = 1 / 4;
const UP_SHARE = 1 / 64;

/**
 * How fast repairs that this node drives may move records to each node, itself included: halved when the node refuses, is slow, or
 * has much to write for others; raised step by step while it is none of these; never below a least, so that repairs come to an end.
 */
export class RepairPace {
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #nodes = new Map<NodeId, Tracked>();

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock;
  }

  /** The node that takes least of these. */
  slowest(nodeIds: Iterable<NodeId>): PaceOfNode | undefined {
    let slowest: PaceOfNode | undefined;
    for (const nodeId of nodeIds) {
      const { bytesPerSecond, why } = this.#of(nodeId);
      if (slowest === undefined || bytesPerSecond < slowest.bytesPerSecond)
        slowest = { nodeId, bytesPerSecond, why };
    }
    return slowest;
  }

  /** The node that takes least of all that were asked. */
  slowestOfAll(): PaceOfNode | undefined {
    return this.slowest(this.#nodes.keys());
  }

  /**
   * A partner whose answers set the rate of its node. What it refuses because it has too much to do is asked again a few times,
   * after a while: all questions of a repair may be asked twice, but for the last one, which says how long ago it began.
   * @param wait rejects when the repair is to end
   */
  watch(
    nodeId: NodeId,
    partner: RepairPartner,
    wait: (delayMs: number) => Promise<void>,
  ): RepairPartner {
    const ask = async (question: RepairQuestion): Promise<RepairReply> => {
      for (let delayMs: number = LIMITS.repairRefusedMs; ; delayMs *= 2) {
        const startMs = this.#clock.monotonicMs();
        try {
          const reply = await partner.ask(question);
          if (reply.kind === 'applied') this.#took(nodeId, startMs, reply.queuedBytes);
          return reply;
        } catch (error) {
          if (!(error instanceof KvError)) throw error;
          const isRefused = error.code === 'KV_OVERLOADED';
          if (isRefused) this.#slow(nodeId, 'refuses: it has too much to do');
          else if (error.code === 'KV_READ_TIMEOUT') this.#slow(nodeId, 'does not answer in time');
          const isLast = delayMs > LIMITS.repairRefusedMostMs || question.kind === 'complete';
          if (!isRefused || isLast) throw error;
          await wait(delayMs);
        }
      }
    };
    return { name: partner.name, ask };
  }

  #took(nodeId: NodeId, startMs: number, queuedBytes: number): void {
    const tracked = this.#of(nodeId);
    const tookMs = this.#clock.monotonicMs() - startMs;
    const usualMs = tracked.usualMs ?? tookMs;
    tracked.usualMs = usualMs + (tookMs - usualMs) * (tookMs < usualMs ? DOWN_SHARE : UP_SHARE);
    const slowMs = Math.max(LIMITS.repairSlowMs, usualMs * SLOW_TIMES);
    if (queuedBytes > LIMITS.repairBusyBytes) this.#slow(nodeId, 'has much to write already');
    else if (tookMs > Math.min(slowMs, LIMITS.repairSlowestMs))
      this.#slow(nodeId, 'writes more slowly than usual');
    else this.#hasten(tracked);
  }

  #hasten(tracked: Tracked): void {
    const nowMs = this.#clock.monotonicMs();
    if (nowMs - tracked.changedMs < LIMITS.repairPaceMs) return;
    tracked.changedMs = nowMs;
    tracked.bytesPerSecond = raisedRate(tracked.bytesPerSecond, BOUNDS);
    if (tracked.bytesPerSecond === BOUNDS.most) tracked.why = '';
  }

  #slow(nodeId: NodeId, why: string): void {
    const tracked = this.#of(nodeId);
    const nowMs = this.#clock.monotonicMs();
    // It takes a while to show in the answers, and repairs of several ranges see the same ones.
    if (nowMs - tracked.loweredMs < LIMITS.repairPaceMs) return;
    tracked.loweredMs = nowMs;
    tracked.changedMs = nowMs;
    tracked.bytesPerSecond = loweredRate(tracked.bytesPerSecond, BOUNDS);
    tracked.why = why;
  }

  #of(nodeId: NodeId): Tracked {
    let tracked = this.#nodes.get(nodeId);
    if (tracked === undefined) {
      tracked = { ...FRESH };
      this.#nodes.set(nodeId, tracked);
    }
    return tracked;
  }
}
