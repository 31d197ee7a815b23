import { readFile } from 'node:fs/promises';
import type { DataKey } from '../../src/node/core/version/data-key.js';
import { encodeDataKey } from '../../src/node/core/version/data-key.js';
import { encodeRecord } from '../../src/node/core/version/record-codec.js';
import type { LevelFigures } from '../../src/node/env/storage.js';
import { LevelDisk } from '../../src/node/io/level/level-disk.js';
import { openStore, type OpenedStore } from '../../src/node/store/open-store.js';
import { Prng } from '../../src/stdx/prng.js';
import { benchEnv } from '../store.js';
import type { Operation } from './open-loop.js';
import type { SustainedOptions } from './options.js';

export const VALUE_BYTES = 10_240;
/** One put in so many is of a new key, until the data have doubled. */
const INSERT_ONE_IN = 10;
const LOAD_IN_FLIGHT = 512;
/** LevelDB is at rest when it has written nothing for so long; it is waited for at most so long. */
const REST_MS = 2_000;
const REST_AT_MOST_MS = 120_000;

/** What was written since the values were loaded; bytes, where `kernelBytes` is undefined when the system does not say. */
export interface Written {
  readonly storedBytes: number;
  readonly levelBytes: number;
  readonly kernelBytes: number | undefined;
}

/** A store as a node opens it, with the puts that are its load. */
export class LoadedStore {
  readonly #opened: OpenedStore;
  readonly #prng = new Prng(1);
  readonly #noise = new Uint8Array(1024 * 1024).map(() => this.#prng.nextU32());
  readonly #most: number;
  #keys = 0;
  #puts = 0;
  #stamp = 0;
  #before = { puts: 0, given: 0, levels: 0, kernel: 0 };

  private constructor(opened: OpenedStore, most: number) {
    this.#opened = opened;
    this.#most = most;
  }

  static async open(path: string, options: SustainedOptions): Promise<LoadedStore> {
    const readiness = {
      fail: (error: Error) => {
        throw error;
      },
    };
    const env = benchEnv(new LevelDisk(path));
    const opened = await openStore({ env, readiness, options });
    return new LoadedStore(opened, 2 * Math.ceil(options.dataBytes / VALUE_BYTES));
  }

  get keys(): number {
    return this.#keys;
  }

  /** Puts the values that are there before the load, and waits until LevelDB is at rest. */
  async load(isOver: () => boolean): Promise<void> {
    const worker = async (): Promise<void> => {
      while (this.#keys < this.#most / 2 && !isOver()) {
        const index = this.#keys++;
        await new Promise<void>((resolve, reject) => {
          this.#put(index, (error) => {
            if (error === undefined) resolve();
            else reject(error);
          });
        });
      }
    };
    await Promise.all(Array.from({ length: LOAD_IN_FLIGHT }, worker));
    await this.#rested(isOver);
    this.#before = await this.#counts();
  }

  /** An overwrite of any key, or the first put of a new one. */
  readonly next: Operation = (done) => {
    const isInsert = this.#keys < this.#most && this.#prng.int(INSERT_ONE_IN) === 0;
    this.#put(isInsert ? this.#keys++ : this.#prng.int(this.#keys), done);
  };

  async levels(): Promise<readonly LevelFigures[]> {
    return (await this.#opened.store.engine.figures()).levels;
  }

  async written(): Promise<Written> {
    const [before, now] = [this.#before, await this.#counts()];
    const kernelBytes = Number.isNaN(now.kernel) ? undefined : now.kernel - before.kernel;
    const storedBytes = (now.puts - before.puts) * VALUE_BYTES;
    // What is given to LevelDB is written to its log first.
    const levelBytes = now.given - before.given + now.levels - before.levels;
    return { storedBytes, levelBytes, kernelBytes };
  }

  async close(): Promise<void> {
    await this.#opened.grid.stop();
    await this.#opened.store.close();
  }

  #put(index: number, done: (error: Error | undefined) => void): void {
    const key = keyOf(index);
    this.#stamp += 1;
    const version = { ms: this.#stamp, logical: 0, writerHi: 1, writerLo: 2 };
    const start = this.#prng.int(this.#noise.length - VALUE_BYTES);
    const value = this.#noise.subarray(start, start + VALUE_BYTES);
    const record = encodeRecord(encodeDataKey(key), { version, tombstone: false, value });
    this.#opened.store.apply({ ...key, record, repair: false, priority: 'live' }, ({ kind }) => {
      this.#puts += 1;
      done(kind === 'written' ? undefined : new Error(`a put was ${kind}, not written`));
    });
  }

  async #rested(isOver: () => boolean): Promise<void> {
    const untilMs = performance.now() + REST_AT_MOST_MS;
    for (let last = -1; performance.now() < untilMs && !isOver();) {
      const { levels } = await this.#counts();
      if (levels === last) return;
      last = levels;
      await new Promise((resolve) => setTimeout(resolve, REST_MS));
    }
  }

  async #counts(): Promise<{ puts: number; given: number; levels: number; kernel: number }> {
    const levels = (await this.levels()).reduce((sum, { writtenBytes }) => sum + writtenBytes, 0);
    const text = await readFile('/proc/self/io', 'utf8').catch(() => '');
    const kernel = Number(/^write_bytes: (\d+)/m.exec(text)?.[1]);
    return { puts: this.#puts, given: this.#opened.store.writtenBytes(), levels, kernel };
  }
}

function keyOf(index: number): DataKey {
  const key = new TextEncoder().encode(`user:${index}`);
  return { namespace: 1, token: Math.imul(index, 0x9e3779b1) >>> 0, key };
}
