import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { BatchOperation } from '../src/node/env/storage.js';
import { LevelStorage } from '../src/node/io/level/level-storage.js';
import { Prng } from '../src/stdx/prng.js';
import { printReport } from './report.js';

/**
 * What the sizes of LevelDB's write buffer and files cost: bytes written to disk per byte stored, processor time, stalls.
 * `node --import tsx bench/level-tuning.ts [--megabytes 1000] [--value 10240] [--json]`; Linux only, for /proc/self/io.
 * The amplification does not depend on what else the machine does; the rates do.
 */

interface Setting {
  readonly writeBufferMb: number;
  readonly maxFileMb: number;
}

interface Result extends Setting {
  readonly mbPerSecond: number;
  readonly amplification: number;
  readonly cpuUs: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

const MB = 1024 * 1024;
const BATCH_BYTES = MB / 2;
const SETTINGS: readonly Setting[] = [
  { writeBufferMb: 4, maxFileMb: 2 },
  { writeBufferMb: 16, maxFileMb: 8 },
  { writeBufferMb: 32, maxFileMb: 16 },
  { writeBufferMb: 64, maxFileMb: 2 },
  { writeBufferMb: 64, maxFileMb: 4 },
  { writeBufferMb: 64, maxFileMb: 16 },
];

const flags = process.argv.slice(2);
const totalBytes = numberOf('--megabytes', 1000) * MB;
const valueBytes = numberOf('--value', 10_240);

function numberOf(name: string, otherwise: number): number {
  const at = flags.indexOf(name);
  return at < 0 ? otherwise : Number(flags[at + 1]);
}

async function writtenBytes(): Promise<number> {
  const text = await readFile('/proc/self/io', 'utf8');
  return Number(/^write_bytes: (\d+)/m.exec(text)?.[1]);
}

/** Batches of fresh random keys, each read before it is written, as the store does. */
class Load {
  readonly #prng = new Prng(1);
  readonly #noise = new Uint8Array(MB).map(() => this.#prng.nextU32());

  next(): BatchOperation[] {
    const count = Math.max(1, Math.floor(BATCH_BYTES / valueBytes));
    return Array.from({ length: count }, () => {
      const key = new Uint8Array(20).map(() => this.#prng.nextU32());
      const start = this.#prng.int(this.#noise.length - valueBytes);
      return { type: 'put', key, value: this.#noise.subarray(start, start + valueBytes) };
    });
  }
}

async function measure(setting: Setting): Promise<Result> {
  const path = await mkdtemp(join(tmpdir(), 'kv-bench-level-'));
  const storage = await LevelStorage.open(path, {
    cacheBytes: 32 * MB,
    writeBufferBytes: setting.writeBufferMb * MB,
    maxFileBytes: setting.maxFileMb * MB,
  });
  const load = new Load();
  const latencies: number[] = [];
  const [startMs, cpuBefore, before] = [
    performance.now(),
    process.cpuUsage(),
    await writtenBytes(),
  ];
  let operations = 0;
  while (operations * valueBytes < totalBytes) {
    const batch = load.next();
    const sentMs = performance.now();
    await storage.getMany(batch.map(({ key }) => key));
    await storage.write(batch, { sync: true });
    latencies.push(performance.now() - sentMs);
    operations += batch.length;
  }
  const cpu = process.cpuUsage(cpuBefore);
  const storedBytes = operations * valueBytes;
  const seconds = (performance.now() - startMs) / 1000;
  const amplification = ((await writtenBytes()) - before) / storedBytes;
  await storage.close();
  await rm(path, { recursive: true });
  latencies.sort((a, b) => a - b);
  return {
    ...setting,
    mbPerSecond: storedBytes / MB / seconds,
    amplification,
    cpuUs: (cpu.user + cpu.system) / operations,
    p99Ms: latencies[Math.floor(latencies.length * 0.99)] ?? 0,
    maxMs: latencies.at(-1) ?? 0,
  };
}

/** Measures all settings and prints them. */
export async function run({ json }: { readonly json: boolean }): Promise<void> {
  const results: Result[] = [];
  for (const setting of SETTINGS) results.push(await measure(setting));
  const rows = results.map((result) => ({
    writeBuffer: `${result.writeBufferMb} MiB`,
    maxFile: `${result.maxFileMb} MiB`,
    mbPerSecond: result.mbPerSecond.toFixed(1),
    amplification: result.amplification.toFixed(2),
    cpuUs: result.cpuUs.toFixed(0),
    p99Ms: result.p99Ms.toFixed(0),
    maxMs: result.maxMs.toFixed(0),
  }));
  const title = `LevelDB, ${totalBytes / MB} MB of values of ${valueBytes} bytes`;
  printReport(title, json ? results : rows, { json });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  await run({ json: flags.includes('--json') });
