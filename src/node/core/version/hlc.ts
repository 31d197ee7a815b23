import { assert } from '../../../stdx/assert.js';
import { compareStamps } from './version.js';
import type { Stamp, Version } from './version.js';

/** The largest counter inside one millisecond; the next stamp carries into the milliseconds. */
export const LOGICAL_MAX = 0xffff;
const MS_END = 0x1_0000_0000_0000;

/**
 * A hybrid logical clock: every stamp it issues is above all that it issued, observed or read before, whatever the wall
 * clock does, and is at least the wall time (Kulkarni et al., "Logical Physical Clocks", 2014).
 *
 * Differences from the paper: the logical part is bounded to 16 bits and carries into the milliseconds, and sending is
 * split from receiving (`observe` does not advance the clock beyond what it saw; the next `issue` does).
 */
export class Hlc {
  #last: Stamp;

  /** `above` is a stamp below all that will be issued: the durable ceiling of an earlier life. */
  constructor(above: Stamp) {
    this.#last = above;
  }

  /** The stamp that `issue` would give at this wall time. */
  peek(wallMs: number): Stamp {
    if (wallMs > this.#last.ms) return { ms: wallMs, logical: 0 };
    if (this.#last.logical < LOGICAL_MAX)
      return { ms: this.#last.ms, logical: this.#last.logical + 1 };
    return { ms: this.#last.ms + 1, logical: 0 };
  }

  /** Whether the next stamp lies under a ceiling, that is, may be issued without outliving a crash. */
  issuable(wallMs: number, ceilingMs: number): boolean {
    return this.peek(wallMs).ms < ceilingMs;
  }

  /** A stamp above everything issued, observed or read so far. */
  issue(wallMs: number): Stamp {
    const next = this.peek(wallMs);
    assert(next.ms < MS_END, 'the clock passed 48 bits of milliseconds');
    this.#last = next;
    return next;
  }

  /** Merges a stamp seen elsewhere: later stamps are above it. */
  observe(stamp: Stamp): void {
    if (compareStamps(stamp, this.#last) > 0) this.#last = { ms: stamp.ms, logical: stamp.logical };
  }

  /** The time now: not unique, but never behind an earlier reading, an issued or an observed stamp. */
  read(wallMs: number): Stamp {
    if (wallMs > this.#last.ms) this.#last = { ms: wallMs, logical: 0 };
    return this.#last;
  }
}

/** The version above all stamps of that millisecond. */
export function highestOf(ms: number): Version {
  return { ms, logical: LOGICAL_MAX, writerHi: 0xffff_ffff, writerLo: 0xffff_ffff };
}
