import { formatSize } from '../../stdx/size.js';
import { KvError } from '../core/errors.js';
import { LIMITS } from '../core/limits.js';
import type { Timer } from '../env/clock.js';
import type { NodeEnv } from '../env/env.js';
import type { Counter } from '../env/metrics.js';
import type { Disk } from '../env/storage.js';
import type { EventSink } from '../services.js';

export interface DiskReserveParts {
  readonly env: Pick<NodeEnv, 'clock' | 'log' | 'metrics'> & {
    readonly disk: Pick<Disk, 'freeBytes'>;
  };
  readonly events: EventSink;
  /** Free bytes below which nothing is written; zero writes to the last byte. */
  readonly reserveBytes: number;
}

/**
 * Says in time that the disk is nearly full: what has been accepted can still be written, and LevelDB can still compact.
 * From below the reserve on new records are refused, while reads, and what makes space, go on; when a quarter more than the reserve
 * is free they are taken again. A disk that does not say how much is free is taken to have enough.
 */
export class DiskReserve {
  readonly #parts: DiskReserveParts;
  readonly #refusals: Counter;
  #freeBytes: number | undefined;
  #isLow = false;
  #isAsking = false;
  #timer: Timer | undefined;
  #isStopped = false;

  constructor(parts: DiskReserveParts) {
    const { metrics } = parts.env;
    this.#parts = parts;
    this.#refusals = metrics.counter({
      name: 'kv_disk_full_refusals_total',
      help: 'Records that were refused because the disk is nearly full.',
    });
    metrics.gaugeFrom(
      { name: 'kv_disk_free_bytes', help: 'Free bytes of the disk as last measured, or -1.' },
      () => this.#freeBytes ?? -1,
    );
    metrics.gaugeFrom(
      { name: 'kv_disk_reserve_bytes', help: 'Free bytes below which no record is written.' },
      () => parts.reserveBytes,
    );
    metrics.gaugeFrom(
      {
        name: 'kv_disk_full',
        help: '1 while records are refused because the disk is nearly full.',
      },
      () => Number(this.#isLow),
    );
  }

  /** Free bytes below which nothing is written. */
  get reserveBytes(): number {
    return this.#parts.reserveBytes;
  }

  /** Free bytes as last measured; undefined when the disk does not say. */
  freeBytes(): number | undefined {
    return this.#freeBytes;
  }

  /** Why no record is taken, or undefined when they are. */
  fullness(): KvError | undefined {
    if (!this.#isLow) return undefined;
    const free = formatSize(this.#freeBytes ?? 0);
    const reserve = formatSize(this.#parts.reserveBytes);
    return new KvError(
      'KV_DISK_FULL',
      `the disk of this node is nearly full: ${free} free, ${reserve} are kept in reserve; it takes no writes until there is space`,
    );
  }

  /** As `fullness`, for a record that is then refused. */
  refuse(): KvError | undefined {
    const error = this.fullness();
    if (error !== undefined) this.#refusals.inc();
    return error;
  }

  /** Looks now, and from now on every few seconds. */
  async start(): Promise<void> {
    await this.#look();
    this.#tick();
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }

  #tick(): void {
    if (this.#isStopped) return;
    this.#timer = this.#parts.env.clock.after(LIMITS.diskLookMs, () => {
      void this.#look();
      this.#tick();
    });
  }

  /** Never rejects; a disk that does not answer, or cannot, leaves what was known. */
  async #look(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    const { disk, log } = this.#parts.env;
    try {
      this.#freeBytes = await disk.freeBytes();
      this.#judge(this.#freeBytes ?? Infinity);
    } catch (error) {
      log.warn('the free space of the disk could not be read', { error });
    }
    this.#isAsking = false;
  }

  #judge(freeBytes: number): void {
    const { reserveBytes } = this.#parts;
    if (!this.#isLow && freeBytes < reserveBytes) {
      this.#isLow = true;
      this.#tell('bad', this.fullness()?.message ?? '');
    } else if (this.#isLow && freeBytes >= reserveBytes + reserveBytes / 4) {
      this.#isLow = false;
      this.#tell('info', `there is space on the disk again: it takes writes`);
    }
  }

  #tell(severity: 'info' | 'bad', message: string): void {
    if (!this.#isStopped) this.#parts.events.emit({ kind: 'store', severity, message });
  }
}
