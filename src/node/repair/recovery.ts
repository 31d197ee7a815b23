import { lostForGoodText } from '../core/repair/recovery-text.js';
import type { RepairGroup } from '../core/repair/repair-groups.js';
import type { RecoveryReport } from '../core/views/repair-views.js';
import type { Clock } from '../env/clock.js';
import type { EventSink, MetadataService } from '../services.js';
import { writePatiently, type BackgroundStore } from '../store/background-store.js';
import { LOSS_KEY } from '../store/system-keys.js';
import type { RepairTimes } from './repair-times.js';

export interface RecoveryParts {
  readonly store: Pick<BackgroundStore, 'writeSystem'> & {
    /** When a loss was accepted that was not made good at the start, in ms since 1970. */
    lossMs(): number | undefined;
  };
  readonly clock: Clock;
  /** Knows the names of namespaces. */
  readonly metadata: Pick<MetadataService, 'current'>;
  readonly times: Pick<RepairTimes, 'oldest'>;
  readonly events: EventSink;
}

/**
 * Knows how much of what this node has lost its other owners have brought back, also after a restart. The times of all repairs were
 * forgotten with the loss, and as long as it is not made good only a repair between all owners gives a range a time: so a range that
 * has one is back.
 */
export class Recovery {
  readonly #parts: RecoveryParts;
  #lossMs: number | undefined;

  constructor(parts: RecoveryParts) {
    this.#parts = parts;
    this.#lossMs = parts.store.lossMs();
  }

  /** Whether nothing is lost, or all of it is back. */
  isOver(): boolean {
    return this.#lossMs === undefined;
  }

  /** How far it is, of the ranges that are given; undefined when it is over. */
  report(groups: readonly RepairGroup[]): RecoveryReport | undefined {
    if (this.#lossMs === undefined) return undefined;
    const shared = groups.filter(isShared);
    return {
      forMs: Math.max(0, this.#parts.clock.wallMs() - this.#lossMs),
      ranges: rangesOf(shared),
      back: rangesOf(shared.filter((group) => this.#isBack(group))),
      ...this.#alone(groups),
    };
  }

  /** Ends it, durably, once every range of this node is back. @throws KvError KV_STORE_FAILED, KV_NOT_READY, KV_OVERLOADED */
  async settle(groups: readonly RepairGroup[]): Promise<void> {
    const { store, clock, events } = this.#parts;
    const shared = groups.filter(isShared);
    if (this.isOver() || !shared.every((group) => this.#isBack(group))) return;
    await writePatiently(store, () => [{ type: 'del', key: LOSS_KEY }], clock);
    this.#lossMs = undefined;
    const forGood = lostForGoodText(this.#alone(groups));
    const message =
      shared.length === 0
        ? 'of what this node has lost no other node holds a copy: nothing of it comes back'
        : `the loss is made good: ${rangesOf(shared)} of ${rangesOf(shared)} ranges are equal on all their owners again`;
    events.emit({
      kind: 'store',
      severity: forGood === '' ? 'info' : 'warn',
      message: forGood === '' ? message : `${message}; ${forGood}`,
    });
  }

  #alone(groups: readonly RepairGroup[]): Pick<RecoveryReport, 'alone' | 'aloneIn'> {
    const alone = groups.filter((group) => !isShared(group));
    const ids = new Set(alone.map(({ namespace }) => namespace));
    const namespaces = this.#parts.metadata.current()?.metadata.namespaces ?? [];
    const aloneIn = namespaces.filter(({ id }) => ids.has(id)).map(({ name }) => name);
    return { alone: rangesOf(alone), aloneIn };
  }

  #isBack({ namespace, runs }: RepairGroup): boolean {
    return this.#parts.times.oldest(namespace, runs) > 0;
  }
}

/** What has no second owner nobody can bring back. */
function isShared({ owners }: RepairGroup): boolean {
  return owners.length > 1;
}

function rangesOf(groups: readonly RepairGroup[]): number {
  return groups.reduce((sum, { ranges }) => sum + ranges, 0);
}
