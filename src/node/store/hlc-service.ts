import { KvError } from '../core/errors.js';
import { LIMITS } from '../core/limits.js';
import type { ClusterSettings } from '../core/settings.js';
import { Hlc } from '../core/version/hlc.js';
import type { Stamp, Version } from '../core/version/version.js';
import type { Buggify } from '../env/buggify.js';
import type { Clock, Timer } from '../env/clock.js';
import type { HlcService } from '../services.js';
import type { WriterId } from './shard-recovery.js';

/** Where the ceiling of a clock is kept, and whose versions it stamps; a Store is one. */
interface CeilingStore {
  /** What was reserved by the last run; no stamp at or above it was issued. */
  ceilingMs(): number;
  reserveCeiling(ceilingMs: number): Promise<void>;
  writerId(): WriterId;
}

export interface HlcParts {
  readonly clock: Clock;
  readonly buggify: Buggify;
  readonly store: CeilingStore;
  readonly settings: () => Pick<ClusterSettings, 'clockSkewMaxMs'>;
  /** How far the own clock is off its peers, positive when ahead; undefined when none was heard. */
  readonly clockOffsetMs: () => number | undefined;
  /** The time by the clocks of the peers and the own one; undefined when none was heard. */
  readonly commonWallMs: () => number | undefined;
  /** Whether there are other nodes, whose clocks could be heard. */
  readonly hasPeers: () => boolean;
}

/**
 * The clock of a node: it never issues a stamp twice, not even after a crash and a wall clock that was set back.
 *
 * Every stamp lies under a ceiling that is durable before it is used; it is raised in the background, well ahead, and the
 * next run begins at it. While a raise is late (a stalled disk, a process that was stopped for seconds) stamps stay just
 * under the ceiling, behind the wall clock: still unique, still above all issued. A clean close lowers the ceiling to
 * what was issued, so that the next run need not begin ahead of the wall.
 *
 * Neither stamps nor ceilings follow a wall clock that is wrong: what one node reads, all merge, and no clock goes back. Until it is
 * started, and until the clock of any peer has been heard, it knows the time only by what it observes, and issues nothing;
 * and while the wall clock is beyond the bound off the peers, it reads theirs and issues nothing.
 */
export class DurableHlc implements HlcService {
  readonly #parts: HlcParts;
  readonly #writer: WriterId;
  readonly #hlc: Hlc;
  #ceilingMs: number;
  #reserving = false;
  #failed: KvError | undefined;
  /** Since the start was asked for; the members are known from then on. */
  #follows = false;
  #started = false;
  #compared = false;
  #closed = false;
  #timer: Timer | undefined;

  constructor(parts: HlcParts) {
    this.#parts = parts;
    this.#writer = parts.store.writerId();
    this.#ceilingMs = parts.store.ceilingMs();
    this.#hlc = new Hlc({ ms: this.#ceilingMs, logical: 0 });
  }

  /** Follows the time from now on; resolves when stamps can be issued. @throws KvError KV_STORE_FAILED */
  async start(): Promise<void> {
    this.#follows = true;
    const ceilingMs = this.isCompared() ? Math.max(this.#ceilingMs, this.#wantedMs()) : 0;
    if (ceilingMs > this.#ceilingMs) await this.#parts.store.reserveCeiling(ceilingMs);
    if (this.#closed) return;
    this.#ceilingMs = Math.max(this.#ceilingMs, ceilingMs);
    this.#started = true;
    this.#tick();
  }

  /** Whether any clock but the own one has been heard since the start, or there was none to hear: once is enough, since it is kept. */
  isCompared(): boolean {
    if (!this.#compared && this.#follows)
      this.#compared = this.#parts.clockOffsetMs() !== undefined || !this.#parts.hasPeers();
    return this.#compared;
  }

  read(): Stamp {
    // A ceiling that is older than the clocks that have just been heard holds the time back until it is raised.
    if (this.#timeMs() >= this.#ceilingMs) this.#raise();
    return this.#hlc.read(this.#heldMs());
  }

  ownMs(): number {
    return this.isCompared() ? this.#timeMs() : this.#parts.clock.wallMs();
  }

  observe(stamp: Stamp): void {
    this.#hlc.observe(stamp);
    if (this.isCompared() && stamp.ms + LIMITS.hlcReserveMs / 2 > this.#ceilingMs) this.#raise();
  }

  issue(): Version {
    this.#refuseSkew();
    const heldMs = this.#heldMs();
    if (!this.#hlc.issuable(heldMs, this.#ceilingMs)) throw this.#late();
    const { ms, logical } = this.#hlc.issue(heldMs);
    return { ms, logical, writerHi: this.#writer.hi, writerLo: this.#writer.lo };
  }

  /** Stops issuing and raising; harmless when called again. */
  stop(): void {
    this.#closed = true;
    this.#timer?.cancel();
  }

  /** Stops, and makes what was issued the ceiling. @throws KvError KV_STORE_FAILED */
  async close(): Promise<void> {
    this.stop();
    if (!this.#started) return;
    await this.#parts.store.reserveCeiling(this.#hlc.read(0).ms + 1);
  }

  /** The time to follow: by the own wall clock, or by those of the peers when it is beyond the bound off them. */
  #timeMs(): number {
    if (!this.isCompared()) return 0;
    const { clock, settings, clockOffsetMs, commonWallMs } = this.#parts;
    const offsetMs = clockOffsetMs() ?? 0;
    const wallMs = clock.wallMs();
    if (Math.abs(offsetMs) <= settings().clockSkewMaxMs) return wallMs;
    return commonWallMs() ?? wallMs;
  }

  /** The time to follow, held under the ceiling: before the start that is below every reading. */
  #heldMs(): number {
    return Math.min(this.#timeMs(), this.#ceilingMs - 1);
  }

  #refuseSkew(): void {
    if (this.#closed) throw new KvError('KV_NOT_READY', 'The clock of this node has stopped.');
    if (this.#failed !== undefined) throw this.#failed;
    if (!this.#started || !this.isCompared()) throw uncompared();
    const { clockSkewMaxMs } = this.#parts.settings();
    const offsetMs = this.#parts.clockOffsetMs() ?? 0;
    if (Math.abs(offsetMs) > clockSkewMaxMs) throw skewed(offsetMs, clockSkewMaxMs);
    const aheadMs = this.#hlc.peek(this.#heldMs()).ms - this.#parts.clock.wallMs();
    if (aheadMs > clockSkewMaxMs) throw outrun(aheadMs, clockSkewMaxMs);
    if (-aheadMs > clockSkewMaxMs) throw this.#late();
  }

  #tick(): void {
    if (this.isCompared()) this.#keepReserve();
    this.#timer = this.#parts.clock.after(LIMITS.hlcTickMs, () => {
      this.#tick();
    });
  }

  #keepReserve(): void {
    const { buggify } = this.#parts;
    // Not before half of the reserve is used up: each raise is a synced write, also on a node that does nothing else.
    const isDue = this.#wantedMs() - this.#ceilingMs >= LIMITS.hlcReserveMs / 2;
    if (isDue ? !buggify('clock.late-reserve') : buggify('clock.early-reserve')) this.#raise();
    this.#lower();
  }

  /** A reserve above the time, and above what was observed as far as stamps may run ahead at all. */
  #wantedMs(): number {
    const timeMs = this.#timeMs();
    const aheadMs = Math.min(
      this.#hlc.peek(this.#heldMs()).ms,
      timeMs + this.#parts.settings().clockSkewMaxMs,
    );
    return Math.max(timeMs, aheadMs) + LIMITS.hlcReserveMs;
  }

  #raise(): void {
    const ceilingMs = this.#wantedMs();
    if (this.#started && ceilingMs > this.#ceilingMs) this.#reserve(ceilingMs);
  }

  /** Takes back a reserve that was made by a wrong clock before peers were heard, unless stamps have come near it. */
  #lower(): void {
    const ceilingMs = Math.max(this.#wantedMs(), this.#hlc.peek(0).ms + 1);
    const isFar = this.#ceilingMs - ceilingMs > this.#parts.settings().clockSkewMaxMs;
    if (!isFar || this.#reserving) return;
    // Now, and not when it is durable: of the two ceilings that a crash may leave, stamps stay under the lower.
    this.#ceilingMs = ceilingMs;
    this.#reserve(ceilingMs);
  }

  #reserve(ceilingMs: number): void {
    if (this.#reserving || this.#closed) return;
    this.#reserving = true;
    this.#parts.store.reserveCeiling(ceilingMs).then(
      () => {
        this.#reserving = false;
        if (!this.#closed) this.#ceilingMs = ceilingMs;
      },
      (cause: unknown) => {
        const message =
          'The ceiling of the clock cannot be made durable: no version can be issued.';
        this.#failed = new KvError('KV_STORE_FAILED', message, { cause });
      },
    );
  }

  /** Stamps would lag too far, or go beyond the ceiling; it is raised at once. */
  #late(): KvError {
    this.#raise();
    return new KvError(
      'KV_NOT_READY',
      'The disk has not yet made the ceiling of the clock durable; retry, or ask another node.',
    );
  }
}

function seconds(ms: number): string {
  return `${(Math.abs(ms) / 1000).toFixed(1)} s`;
}

function uncompared(): KvError {
  return new KvError(
    'KV_NOT_READY',
    'The clock of this node has not been compared with its peers yet; retry, or ask another node.',
  );
}

function skewed(offsetMs: number, boundMs: number): KvError {
  const direction = offsetMs > 0 ? 'ahead of' : 'behind';
  return new KvError(
    'KV_CLOCK_SKEW',
    `The clock of this node is ${seconds(offsetMs)} ${direction} its peers; the bound is ${seconds(boundMs)}. ` +
      'Set its clock; until then it coordinates nothing.',
  );
}

function outrun(aheadMs: number, boundMs: number): KvError {
  return new KvError(
    'KV_CLOCK_SKEW',
    `A version above all seen would be ${seconds(aheadMs)} ahead of the clock of this node; the bound is ${seconds(boundMs)}. ` +
      'Set the clock of this node, or of the client or node that wrote the newest records.',
  );
}
