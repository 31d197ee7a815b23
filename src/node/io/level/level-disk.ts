import { mkdir, open, readdir, readFile, rename, stat, statfs } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { KvError } from '../../core/errors.js';
import type { Disk, Storage, StorageOptions } from '../../env/storage.js';
import { StoreDamage } from '../../env/store-damage.js';
import { LevelStorage } from './level-storage.js';

/** The lock is an empty LevelDB of its own in this folder. */
const LOCK = 'LOCK';
const LOCK_HOLDER = 'holder';
const LOCK_OPTIONS: StorageOptions = {
  cacheBytes: 64 * 1024,
  writeBufferBytes: 64 * 1024,
  maxFileBytes: 1024 * 1024,
};

/**
 * A data directory on the file system, for one process at a time.
 * The lock is the operating system's own, taken by LevelDB on `LOCK/LOCK`: the kernel gives it back when the process ends,
 * however it ends, so no stale lock is left and no process id is ever guessed at. `LOCK/holder` only names the holder.
 */
export class LevelDisk implements Disk {
  readonly #path: string;
  #lock: LevelStorage | undefined;
  #replaced: Promise<void> = Promise.resolve();

  constructor(path: string) {
    this.#path = resolve(path);
  }

  async lock(): Promise<void> {
    const folder = join(this.#path, LOCK);
    try {
      await makeDirectory(folder);
      this.#lock = await LevelStorage.open(folder, LOCK_OPTIONS);
    } catch (error) {
      throw await this.#lockError(error);
    }
    const holder = new TextEncoder().encode(`${process.pid}\n`);
    await this.replaceFile(join(LOCK, LOCK_HOLDER), holder);
  }

  async unlock(): Promise<void> {
    await this.#lock?.close();
    this.#lock = undefined;
  }

  async readFile(name: string): Promise<Uint8Array | undefined> {
    try {
      return new Uint8Array(await readFile(join(this.#path, name)));
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw unusable(`${join(this.#path, name)} cannot be read`, error);
    }
  }

  async replaceFile(name: string, content: Uint8Array): Promise<void> {
    const path = join(this.#path, name);
    // One after the other: two replacements of one file would share the temporary one.
    const replaced = this.#replaced.then(() => replace(path, content));
    // Whoever asked is told below; the next one begins all the same.
    this.#replaced = replaced.catch(() => undefined);
    try {
      await replaced;
    } catch (cause) {
      throw new KvError('KV_STORE_FAILED', `${path} cannot be replaced: ${textOf(cause)}`, {
        cause,
      });
    }
  }

  async openStorage(folder: string, options: StorageOptions): Promise<Storage> {
    const path = join(this.#path, folder);
    await refuseHeadless(path, options.mustExist === true);
    const storage = await LevelStorage.open(path, options);
    // That it is there must be durable before anything rests on it.
    await syncDirectory(path);
    await syncDirectory(this.#path);
    return storage;
  }

  async salvageStorage(folder: string): Promise<void> {
    const path = join(this.#path, folder);
    try {
      await ClassicLevel.repair(path);
    } catch (cause) {
      const message = `The store in ${path} cannot be repaired: ${textOf(cause)}`;
      throw new KvError('KV_STORE_FAILED', message, { cause });
    }
  }

  async freeBytes(): Promise<number | undefined> {
    try {
      const { bavail, bsize } = await statfs(this.#path);
      return bavail * bsize;
    } catch {
      // Not every file system says; the caller shows that it is not known.
      return undefined;
    }
  }

  async #lockError(error: unknown): Promise<KvError> {
    if (!(error instanceof KvError) || error.code !== 'KV_DATA_DIR_LOCKED')
      return unusable(`The data directory ${this.#path} cannot be used`, error);
    // The name of the holder is an extra: that it is locked is what is told, also when the file cannot be read.
    const holder = await this.readFile(join(LOCK, LOCK_HOLDER)).catch(() => undefined);
    const pid = holder === undefined ? '' : new TextDecoder().decode(holder).trim();
    const who = /^\d+$/.test(pid) ? `process ${pid}` : 'another process';
    const message = `The data directory ${this.#path} is used by ${who}: stop it, or give this node a directory of its own with --data-dir.`;
    return new KvError('KV_DATA_DIR_LOCKED', message, { cause: error.cause });
  }
}

/**
 * Without the file that names the current state LevelDB takes a store for a new one, and deletes its tables.
 * @throws StoreDamage when that file is not there, but tables or logs are, or a store must be
 */
async function refuseHeadless(path: string, mustExist: boolean): Promise<void> {
  const names = await readdir(path).catch((error: unknown): string[] => {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  });
  if (names.includes('CURRENT')) return;
  if (!mustExist && !names.some((name) => STORE_FILE.test(name))) return;
  throw new StoreDamage(`The store in ${path} cannot be opened: its file CURRENT is missing`);
}

const STORE_FILE = /^(?:\d+\.(?:log|ldb|sst)|MANIFEST-\d+)$/;

async function replace(path: string, content: Uint8Array): Promise<void> {
  const file = await open(`${path}.new`, 'w');
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
  // The new name is in the directory, and survives a power cut only when that is synced too.
  await syncDirectory(dirname(path));
}

/**
 * Makes a directory and all above it, each synced into the one that names it: what is synced in it later must not vanish.
 * Node's own recursive mkdir never ends where the file system lets nothing be made, as in /proc.
 */
async function makeDirectory(path: string): Promise<void> {
  const parent = dirname(path);
  try {
    await mkdir(path);
  } catch (error) {
    if (codeOf(error) === 'EEXIST' && (await stat(path)).isDirectory()) return;
    if (codeOf(error) !== 'ENOENT' || parent === path) throw error;
    await makeDirectory(parent);
    await mkdir(path);
  }
  await syncDirectory(parent);
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

function unusable(what: string, error: unknown): KvError {
  const cause = error instanceof KvError ? (error.cause ?? error) : error;
  const message = `${what}: ${textOf(cause)}. Give a writable directory with --data-dir.`;
  return new KvError('KV_DATA_DIR_UNUSABLE', message, { cause });
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
