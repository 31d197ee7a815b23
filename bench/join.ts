import { parseArgs } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { KvError } from '../src/node/core/errors.js';
import type { KvClient } from '../src/client/client.js';
import type { TopologyChange, TopologyView } from '../src/node/core/views/topology-views.js';
import { planProgress } from '../src/node/core/topology/plan-progress.js';
import { utf8Encode } from '../src/stdx/bytes.js';
import { Histogram } from '../src/stdx/histogram.js';
import { formatSize, parseSize } from '../src/stdx/size.js';
import { plainCopyRate } from './join/plain-copy.js';
import { startRealCluster, type RealCluster } from './real-cluster.js';
import { printReport } from './report.js';

/**
 * A fourth node joins three that hold data, while quorum operations come at a steady rate; latency counts from when one was due. Then a fifth one joins
 * without a limit and without other traffic, and its rate is compared with a plain copy of LevelDB over gRPC. Four node processes, then five, and the
 * client share this machine.
 */

const { values: flags } = parseArgs({
  options: {
    /** Values of 10 KB in the cluster, each once. */
    data: { type: 'string', default: '1400MiB' },
    /** Operations per second, half puts and half gets. */
    rate: { type: 'string', default: '300' },
    /** What a node is given per second while there is a load; `none` for no limit. */
    limit: { type: 'string', default: '64MiB' },
    json: { type: 'boolean', default: false },
  },
});
const VALUE_BYTES = 10_240;
const OTHER_KEYS = 20_000;
const OTHER_BYTES = 1_024;
const BEFORE_MS = 30_000;
const MOST_MS = 20 * 60_000;
const NO_LIMIT = 16 * 1024 ** 3;
const dataBytes = bytesOf('--data', flags.data);
const limit = flags.limit === 'none' ? NO_LIMIT : bytesOf('--limit', flags.limit);
const rate = Number(flags.rate);

function bytesOf(flag: string, text: string): number {
  const bytes = parseSize(text);
  if (bytes === undefined) throw new Error(`${flag}: ${text} is no size, such as 1400MiB`);
  return bytes;
}

interface Phase {
  readonly latency: Histogram;
  failed: number;
}

/** Operations that are due at a steady rate, whether the cluster keeps up or not. */
class SteadyLoad {
  readonly #client: KvClient;
  readonly #underWay = new Set<Promise<void>>();
  readonly #timer: NodeJS.Timeout;
  readonly #startMs = performance.now();
  #next = 0;
  phase: Phase = newPhase();

  constructor(client: KvClient) {
    this.#client = client;
    this.#timer = setInterval(() => {
      this.#due();
    }, 5);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#underWay);
  }

  #due(): void {
    const dueCount = ((performance.now() - this.#startMs) / 1000) * rate;
    while (this.#next < dueCount) {
      const running = this.#one(this.#next, this.#startMs + (this.#next * 1000) / rate);
      this.#next += 1;
      this.#underWay.add(running);
      void running.finally(() => this.#underWay.delete(running));
    }
  }

  async #one(i: number, dueMs: number): Promise<void> {
    const { phase } = this;
    const key = otherKey((i * 7_919) % OTHER_KEYS);
    try {
      if (i % 2 === 0) await this.#client.put(key, OTHER_VALUE, { level: 'quorum' });
      else await this.#client.get(key, { level: 'quorum' });
      phase.latency.record(performance.now() - dueMs);
    } catch (error) {
      if (!(error instanceof KvError)) throw error;
      phase.failed += 1;
    }
  }
}

const OTHER_VALUE = new Uint8Array(OTHER_BYTES).fill(120);

function otherKey(i: number): Uint8Array {
  return utf8Encode(`other:${i}`);
}

function newPhase(): Phase {
  return { latency: new Histogram(), failed: 0 };
}

async function fill(client: KvClient): Promise<void> {
  const count = Math.ceil(dataBytes / VALUE_BYTES);
  const value = new Uint8Array(VALUE_BYTES).fill(120);
  const each = async (total: number, put: (i: number) => Promise<unknown>): Promise<void> => {
    let next = 0;
    const worker = async (): Promise<void> => {
      while (next < total) await put(next++);
    };
    await Promise.all(Array.from({ length: 32 }, worker));
  };
  await each(OTHER_KEYS, (i) => client.put(otherKey(i), OTHER_VALUE, { level: 'all' }));
  await each(count, (i) => client.put(utf8Encode(`data:${i}`), value, { level: 'quorum' }));
}

async function order(client: KvClient, change: TopologyChange): Promise<TopologyView> {
  return await client.askAny((node, ms) =>
    node.changeTopology({ change, checks: 'enabled', commit: false, dryRun: false }, ms),
  );
}

interface Moved {
  readonly seconds: number;
  readonly bytes: number;
  /** From the first byte to the end of moving. */
  readonly bytesPerSecond: number;
}

/** Starts a node, lets it in, and waits until the plan has ended. */
async function join(cluster: RealCluster, client: KvClient, name: string): Promise<Moved> {
  await cluster.add(name);
  await order(client, { action: 'commit' });
  const beganMs = performance.now();
  let bytes = 0;
  let movingMs = 0;
  let movedMs = 0;
  for (;;) {
    await sleep(250);
    const view = await client.askAny((node, ms) => node.topology(ms));
    const nowMs = performance.now();
    if (view.plan === undefined)
      return {
        seconds: (nowMs - beganMs) / 1000,
        bytes,
        bytesPerSecond: (bytes * 1000) / (movedMs - movingMs),
      };
    if (nowMs - beganMs > MOST_MS) throw new Error(`${name} has not joined: ${view.plan.waitsFor}`);
    if (view.plan.step !== 'write-both') continue;
    if (movingMs === 0) movingMs = nowMs;
    const reports = view.preview?.nodes.map(({ report }) => report) ?? [];
    bytes = Math.max(bytes, planProgress(view.plan.id, reports).movedBytes);
    movedMs = nowMs;
  }
}

function row(what: string, { latency, failed }: Phase): object {
  const ms = (percentile: number): string => latency.percentile(percentile).toFixed(1);
  return {
    what,
    operations: latency.count,
    p50Ms: ms(50),
    p99Ms: ms(99),
    p999Ms: ms(99.9),
    failed,
  };
}

async function run(): Promise<void> {
  const cluster = await startRealCluster(3);
  const client = cluster.client();
  try {
    process.stderr.write(`putting ${formatSize(dataBytes)} of values of 10 KB\n`);
    await fill(client);
    await order(client, { action: 'limit', bytesPerSecond: limit });
    // What LevelDB does with what it was given is over.
    await sleep(20_000);
    const load = new SteadyLoad(client);
    const phases = new Map<string, Phase>();
    const measure = async <T>(name: string, action: () => Promise<T>): Promise<T> => {
      process.stderr.write(`${name}\n`);
      const phase = newPhase();
      load.phase = phase;
      phases.set(name, phase);
      return await action();
    };
    await measure('warm', () => sleep(5_000));
    await measure('before', () => sleep(BEFORE_MS));
    const joined = await measure('while n4 joins', () => join(cluster, client, 'n4'));
    await measure('after', () => sleep(BEFORE_MS));
    await load.stop();
    phases.delete('warm');
    await order(client, { action: 'limit', bytesPerSecond: NO_LIMIT });
    process.stderr.write('n5 joins\n');
    const alone = await join(cluster, client, 'n5');
    process.stderr.write('a plain copy\n');
    const copy = await plainCopyRate(Math.min(dataBytes, 512 * 1024 ** 2), VALUE_BYTES);
    const [before, during] = [phases.get('before'), phases.get('while n4 joins')];
    const p99 = (phase: Phase | undefined): number => phase?.latency.percentile(99) ?? NaN;
    printReport(
      `a join under ${rate} quorum operations per second`,
      [...phases].map(([name, phase]) => row(name, phase)),
      flags,
    );
    const moved = (name: string, { seconds, bytes, bytesPerSecond }: Moved): object => ({
      what: name,
      seconds: seconds.toFixed(1),
      moved: formatSize(bytes),
      rate: `${formatSize(bytesPerSecond)}/s`,
    });
    printReport(
      'what was moved',
      [
        moved(`n4, limited to ${formatSize(limit)}/s, under load`, joined),
        moved('n5, without limit or load', alone),
        { what: 'a plain copy', rate: `${formatSize(copy)}/s` },
        { what: 'n5 over the plain copy', rate: (alone.bytesPerSecond / copy).toFixed(2) },
        { what: 'p99 while n4 joins over before', rate: (p99(during) / p99(before)).toFixed(2) },
      ],
      flags,
    );
  } finally {
    client.close();
    await cluster.stop();
  }
}

await run();
