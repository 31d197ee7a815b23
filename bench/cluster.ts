import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { KvClient } from '../src/client/client.js';
import { Histogram } from '../src/stdx/histogram.js';
import { utf8Encode } from '../src/stdx/bytes.js';
import { startRealCluster } from './real-cluster.js';
import { printReport } from './report.js';

/** One case: what is done, how large, how many at once. */
interface Case {
  readonly operation: 'put' | 'get';
  readonly valueBytes: number;
  readonly inFlight: number;
}

interface Round {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly failed: number;
  /** Processor time of the nodes and of the client per operation; unlike the rate it hardly depends on what else runs here. */
  readonly nodesCpuUs: number;
  readonly clientCpuUs: number;
}

const KEYS = 20_000;
const ROUNDS = 3;
const ROUND_MS = Number(process.env.ROUND_MS ?? 3_000);
const WARM_MS = 2_000;

/** Quorum puts and gets against three node processes on this machine. */
export async function run(options: { readonly json: boolean }): Promise<void> {
  const cluster = await startRealCluster(3);
  const client = cluster.client();
  const rows = [];
  try {
    for (const valueBytes of [1_024, 10_240]) {
      await fill(client, valueBytes);
      for (const operation of ['put', 'get'] as const) {
        for (const inFlight of [64, 256])
          rows.push(
            await measure({ client, pids: cluster.pids }, { operation, valueBytes, inFlight }),
          );
      }
    }
  } finally {
    client.close();
    await cluster.stop();
  }
  printReport('quorum operations, 3 processes and the client on this machine', rows, options);
}

interface Target {
  readonly client: KvClient;
  readonly pids: readonly number[];
}

async function measure(target: Target, one: Case): Promise<object> {
  await load(target, one, WARM_MS);
  const rounds: Round[] = [];
  for (let i = 0; i < ROUNDS; i++) rounds.push(await load(target, one, ROUND_MS));
  const sorted = [...rounds].sort((a, b) => a.perSecond - b.perSecond);
  const median = sorted[Math.floor(sorted.length / 2)]!;
  return {
    operation: one.operation,
    valueBytes: one.valueBytes,
    inFlight: one.inFlight,
    perSecond: Math.round(median.perSecond),
    least: Math.round(sorted[0]!.perSecond),
    most: Math.round(sorted[sorted.length - 1]!.perSecond),
    p50Ms: round(median.p50Ms),
    p99Ms: round(median.p99Ms),
    nodesCpuUs: Math.round(median.nodesCpuUs),
    clientCpuUs: Math.round(median.clientCpuUs),
    failed: rounds.reduce((sum, each) => sum + each.failed, 0),
  };
}

/** Keeps `inFlight` operations going for a while. */
async function load({ client, pids }: Target, one: Case, durationMs: number): Promise<Round> {
  const histogram = new Histogram();
  const value = new Uint8Array(one.valueBytes).fill(120);
  const nodesBefore = cpuSeconds(pids);
  const ownBefore = process.cpuUsage();
  const startMs = performance.now();
  const endMs = startMs + durationMs;
  let failed = 0;
  let next = 0;
  const worker = async (): Promise<void> => {
    while (performance.now() < endMs) {
      const key = keyOf((next++ * 7_919) % KEYS);
      const beganMs = performance.now();
      try {
        if (one.operation === 'put') await client.put(key, value, { level: 'quorum' });
        else await client.get(key, { level: 'quorum' });
        histogram.record(performance.now() - beganMs);
      } catch {
        failed += 1;
      }
    }
  };
  await Promise.all(Array.from({ length: one.inFlight }, worker));
  const seconds = (performance.now() - startMs) / 1_000;
  const own = process.cpuUsage(ownBefore);
  return {
    nodesCpuUs: ((cpuSeconds(pids) - nodesBefore) * 1e6) / histogram.count,
    clientCpuUs: (own.user + own.system) / histogram.count,
    perSecond: histogram.count / seconds,
    p50Ms: histogram.percentile(50),
    p99Ms: histogram.percentile(99),
    failed,
  };
}

/** User and system time of processes, all threads; Linux counts it in hundredths of a second. */
function cpuSeconds(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return sum + (Number(fields[11]) + Number(fields[12])) / 100;
  }, 0);
}

async function fill(client: KvClient, valueBytes: number): Promise<void> {
  const value = new Uint8Array(valueBytes).fill(120);
  for (let i = 0; i < KEYS; i += 256) {
    const keys = Array.from({ length: Math.min(256, KEYS - i) }, (_, j) => keyOf(i + j));
    await Promise.all(keys.map((key) => client.put(key, value, { level: 'quorum' })));
  }
}

function keyOf(i: number): Uint8Array {
  return utf8Encode(`user:${i}`);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  await run({ json: process.argv.includes('--json') });
