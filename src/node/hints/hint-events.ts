import { LIMITS } from '../core/limits.js';
import type { NodeId } from '../core/metadata/cluster-metadata.js';
import type { Clock } from '../env/clock.js';
import type { EventSink } from '../services.js';
import type { KeepOutcome } from './hint-store.js';

export interface HintEventsParts {
  readonly clock: Clock;
  readonly events: EventSink;
  readonly nameOf: (target: NodeId) => string;
}

interface Told {
  kept: number;
  refused: number;
  /** Monotonic. */
  toldMs: number;
}

/** Tells people of hints: what happens to each of many is told together, at most once a minute per target. */
export class HintEvents {
  readonly #parts: HintEventsParts;
  readonly #untold = new Map<NodeId, Told>();

  constructor(parts: HintEventsParts) {
    this.#parts = parts;
  }

  kept(target: NodeId, outcome: KeepOutcome): void {
    const told = this.#toldOf(target);
    if (outcome === 'kept') told.kept += 1;
    else if (outcome !== 'failed') told.refused += 1;
  }

  /** Says what has been kept and refused since it was last said. */
  tick(): void {
    const nowMs = this.#parts.clock.monotonicMs();
    for (const [target, told] of this.#untold) {
      if (told.kept + told.refused === 0 || nowMs < told.toldMs + LIMITS.hintEventMs) continue;
      this.#tell(target, told);
      told.toldMs = nowMs;
      told.kept = 0;
      told.refused = 0;
    }
  }

  begun(target: NodeId, count: number): void {
    this.#emit('info', `replays ${hints(count)} to ${this.#parts.nameOf(target)}`);
  }

  ended(
    target: NodeId,
    { delivered, left }: { readonly delivered: number; readonly left: number },
  ): void {
    const name = this.#parts.nameOf(target);
    const rest = left === 0 ? 'none is left' : `${left} are left`;
    this.#emit('info', `has replayed ${hints(delivered)} to ${name}, ${rest}`);
  }

  purged(target: NodeId, count: number): void {
    const name = this.#parts.nameOf(target);
    this.#emit('warn', `purged ${hints(count)} for ${name}; their ranges need a repair`);
  }

  #tell(target: NodeId, { kept, refused }: Told): void {
    const name = this.#parts.nameOf(target);
    if (kept > 0) this.#emit('info', `stored ${hints(kept)} for ${name}`);
    if (refused > 0)
      this.#emit(
        'warn',
        `has no room for ${hints(refused)} for ${name}; their ranges are marked: run kv repair`,
      );
  }

  #toldOf(target: NodeId): Told {
    let told = this.#untold.get(target);
    if (told === undefined) {
      told = { kept: 0, refused: 0, toldMs: Number.NEGATIVE_INFINITY };
      this.#untold.set(target, told);
    }
    return told;
  }

  #emit(severity: 'info' | 'warn', message: string): void {
    this.#parts.events.emit({ kind: 'hint', severity, message });
  }
}

function hints(count: number): string {
  return count === 1 ? '1 hint' : `${count} hints`;
}
