import { ClassicLevel } from 'classic-level';
import type { Iterator } from 'classic-level';
import { KvError } from '../../core/errors.js';
import type {
  BatchOperation,
  KeyRange,
  Storage,
  StorageEntry,
  StorageFigures,
  StorageOptions,
} from '../../env/storage.js';
import { StoreDamage } from '../../env/store-damage.js';
import { readLevels } from './level-figures.js';

type Level = ClassicLevel<Uint8Array, Uint8Array>;

/** Entries and bytes of one page of an iteration, whichever is reached first. */
const PAGE_ENTRIES = 1000;
const PAGE_BYTES = 256 * 1024;
/** Table files that LevelDB keeps open; more than any data size that this was tested with has. */
const OPEN_FILES = 4096;

const PROPERTIES = ['leveldb.stats', 'leveldb.approximate-memory-usage'];
const LEVELS = 7;

/** The storage contract over LevelDB. */
export class LevelStorage implements Storage {
  readonly #level: Level;
  /** LevelDB remembers a failed sync, but not every other failure: a later write could land behind a hole. */
  #failed: KvError | undefined;

  private constructor(level: Level) {
    this.#level = level;
  }

  /** @throws KvError KV_STORE_FAILED, KV_DATA_DIR_LOCKED */
  static async open(path: string, options: StorageOptions): Promise<LevelStorage> {
    const level: Level = new ClassicLevel(path, { keyEncoding: 'view', valueEncoding: 'view' });
    const { cacheBytes: cacheSize, writeBufferBytes: writeBufferSize } = options;
    const maxFileSize = options.maxFileBytes;
    try {
      await level.open({ cacheSize, writeBufferSize, maxFileSize, maxOpenFiles: OPEN_FILES });
    } catch (error) {
      throw openError(path, error);
    }
    return new LevelStorage(level);
  }

  async get(key: Uint8Array): Promise<Uint8Array | undefined> {
    try {
      return plain(await this.#level.get(key));
    } catch (error) {
      throw failed('read a key', error);
    }
  }

  async getMany(keys: readonly Uint8Array[]): Promise<readonly (Uint8Array | undefined)[]> {
    try {
      // The signature lacks a readonly; the array is not changed.
      const values = await this.#level.getMany(keys as Uint8Array[]);
      for (let i = 0; i < values.length; i++) values[i] = plain(values[i]);
      return values;
    } catch (error) {
      throw failed('read keys', error);
    }
  }

  async write(
    operations: readonly BatchOperation[],
    options: { readonly sync: boolean },
  ): Promise<void> {
    if (this.#failed !== undefined) throw this.#failed;
    try {
      // A chained batch hands each operation to LevelDB as it is; an array of operations is cloned and looked up by
      // property names first, and takes five times as long.
      const batch = this.#level.batch();
      for (const operation of operations) {
        if (operation.type === 'put') batch.put(operation.key, operation.value);
        else batch.del(operation.key);
      }
      await batch.write(options);
    } catch (error) {
      this.#failed ??= failed('write a batch', error);
      throw this.#failed;
    }
  }

  iterate({ gte, lt, reverse = false, limit = -1 }: KeyRange): AsyncIterable<StorageEntry> {
    const options = { gte, lt, reverse, limit, highWaterMarkBytes: PAGE_BYTES };
    try {
      // The snapshot is taken here, not when the first entry is asked for.
      return pages(this.#level.iterator(options));
    } catch (error) {
      throw failed('iterate', error);
    }
  }

  async approximateSize({ gte, lt }: KeyRange): Promise<number> {
    try {
      return await this.#level.approximateSize(gte, lt);
    } catch (error) {
      throw failed('measure a range', error);
    }
  }

  async properties(): Promise<Readonly<Record<string, string>>> {
    const names = [...PROPERTIES];
    for (let level = 0; level < LEVELS; level++) names.push(`leveldb.num-files-at-level${level}`);
    try {
      return Object.fromEntries(names.map((name) => [name, this.#level.getProperty(name)]));
    } catch (error) {
      throw failed('read its figures', error);
    }
  }

  async figures(): Promise<StorageFigures> {
    try {
      const stats = this.#level.getProperty('leveldb.stats');
      const tables = this.#level.getProperty('leveldb.sstables');
      const memoryBytes = Number(this.#level.getProperty('leveldb.approximate-memory-usage'));
      return { levels: readLevels(stats, tables), memoryBytes };
    } catch (error) {
      throw failed('read its figures', error);
    }
  }

  async compact({ gte, lt }: Pick<KeyRange, 'gte' | 'lt'>): Promise<void> {
    try {
      await this.#level.compactRange(gte, lt);
    } catch (error) {
      throw failed('compact a range', error);
    }
  }

  async close(): Promise<void> {
    await this.#level.close();
  }
}

async function* pages(
  iterator: Iterator<Level, Uint8Array, Uint8Array>,
): AsyncGenerator<StorageEntry, void, undefined> {
  try {
    for (;;) {
      const page = await iterator.nextv(PAGE_ENTRIES);
      if (page.length === 0) return;
      for (const [key, value] of page) yield { key: plain(key), value: plain(value) };
    }
  } catch (error) {
    throw failed('iterate', error);
  } finally {
    await iterator.close();
  }
}

/** The same bytes as a plain Uint8Array: a Buffer's `slice` shares memory where that of a Uint8Array copies. */
function plain<T extends Uint8Array | undefined>(bytes: T): T | Uint8Array {
  return bytes === undefined
    ? bytes
    : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function openError(path: string, error: unknown): KvError {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  if (codeOf(cause) === 'LEVEL_LOCKED') {
    const message = `${path} is in use by another process; stop it, or give this node a directory of its own.`;
    return new KvError('KV_DATA_DIR_LOCKED', message, { cause });
  }
  const reason = textOf(cause)
    .replaceAll(`${path}/`, '')
    .replace(/^IO error: /, '');
  const message = `The store in ${path} cannot be opened: ${reason}`;
  if (isDamage(cause)) return new StoreDamage(message, cause);
  return new KvError('KV_STORE_FAILED', message, { cause });
}

function failed(what: string, cause: unknown): KvError {
  const message = `The store cannot ${what}: ${textOf(cause)}`;
  if (isDamage(cause)) return new StoreDamage(message, cause);
  return new KvError('KV_STORE_FAILED', message, { cause });
}

/** A file that is gone, too short or not what it was: not one that may not be opened, nor a disk that is full. */
function isDamage(cause: unknown): boolean {
  const code = codeOf(cause);
  if (code === 'LEVEL_CORRUPTION' || code === 'LEVEL_NOT_FOUND') return true;
  // LevelDB calls it an invalid argument when a table is shorter than it should be.
  return (
    code === 'LEVEL_IO_ERROR' &&
    /: (?:No such file or directory|Invalid argument|Input\/output error)$/.test(textOf(cause))
  );
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
