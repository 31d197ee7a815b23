import { rmSync } from 'node:fs';
import { mkdtemp, readdir, stat, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatSize } from '../../src/stdx/size.js';

/** What stays free for everyone else. */
const SPARE_BYTES = 1024 ** 3;

/** A fresh directory that is gone when the process is, and that says when it has taken what it may. */
export class BoundedDirectory {
  readonly path: string;
  readonly #boundBytes: number;

  private constructor(path: string, boundBytes: number) {
    this.path = path;
    this.#boundBytes = boundBytes;
    process.once('exit', () => {
      this.remove();
    });
  }

  /** @throws Error when less than the bound is free */
  static async make(boundBytes: number): Promise<BoundedDirectory> {
    const freeBytes = await freeOf(tmpdir());
    if (freeBytes < boundBytes + SPARE_BYTES) {
      const [free, wanted] = [formatSize(freeBytes), formatSize(boundBytes + SPARE_BYTES)];
      throw new Error(
        `${tmpdir()} has ${free} free and ${wanted} are wanted: set TMPDIR, or --max-disk`,
      );
    }
    return new BoundedDirectory(await mkdtemp(join(tmpdir(), 'kv-bench-sustained-')), boundBytes);
  }

  /** Why nothing more may be written; undefined when it may. */
  async reasonToStop(): Promise<string | undefined> {
    if ((await sizeOf(this.path)) > this.#boundBytes)
      return `the directory has reached ${formatSize(this.#boundBytes)}`;
    return (await freeOf(this.path)) < SPARE_BYTES ? 'the disk is nearly full' : undefined;
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function freeOf(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(path);
  return bavail * bsize;
}

async function sizeOf(path: string): Promise<number> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const sizes = entries.filter((entry) => entry.isFile()).map(sizeOfFile);
  return (await Promise.all(sizes)).reduce((sum, bytes) => sum + bytes, 0);
}

async function sizeOfFile(entry: {
  readonly parentPath: string;
  readonly name: string;
}): Promise<number> {
  try {
    return (await stat(join(entry.parentPath, entry.name))).size;
  } catch {
    // A compaction has removed it meanwhile.
    return 0;
  }
}
