import { fork } from 'node:child_process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { DataReply, DataRequest, Hello } from '../src/node/core/messages.js';
import type { PeerHandler, PeerLink } from '../src/node/env/transport.js';
import { GrpcTransport } from '../src/node/io/grpc/grpc-transport.js';
import { SystemClock } from '../src/node/io/system-clock.js';
import { SystemRandom } from '../src/node/io/system-random.js';
import { LogRecorder, MetricsRecorder } from '../src/sim/recorders.js';
import { printReport } from './report.js';

/**
 * What one data stream between two nodes carries, over gRPC on loopback and with nothing behind it:
 * `node --import tsx bench/wire.ts [--json]`. With both ends in one process they share its core; in two processes
 * the figure of a core is that of the asking side.
 */
const ROUNDS = 5;
const ROUND_MS = 600;
const HOST = '127.0.0.1';
const STAMP = { ms: 1_767_225_600_000, logical: 3 };
const SERVE = '--serve';

const HELLO: Hello = {
  clusterId: '00000000000000c1',
  nodeId: '0000000000000001',
  name: 'n1',
  boot: 1,
  nonce: '0000000000000000',
  sequence: 0,
  wireMin: 1,
  wireMax: 1,
  format: 1,
};

interface Load {
  readonly kind: 'write' | 'read';
  readonly valueBytes: number;
  readonly inFlight: number;
}

interface Row extends Load {
  readonly ends: 'one process' | 'two processes';
  readonly opsPerSecond: number;
  /** Processor time of the asking process for one operation. */
  readonly cpuMicrosPerOp: number;
}

const LOADS: readonly Load[] = [100, 1024, 10 * 1024].flatMap((valueBytes) =>
  (['write', 'read'] as const).flatMap((kind) =>
    [64, 256].map((inFlight) => ({ kind, valueBytes, inFlight })),
  ),
);

/** Measures every load with the other end in this process and in another; prints a table, or one JSON document. */
export async function run(options: { readonly json: boolean }): Promise<void> {
  const { transport, port } = await openTransport();
  const rows = await measureAll('one process', transport.link({ host: HOST, port }));
  const server = fork(fileURLToPath(import.meta.url), [SERVE]);
  const otherPort = await new Promise<number>((resolve) => {
    server.once('message', (message) => {
      resolve(Number(message));
    });
  });
  rows.push(
    ...(await measureAll('two processes', transport.link({ host: HOST, port: otherPort }))),
  );
  server.disconnect();
  await transport.close();
  printReport('wire', rows, options);
}

async function measureAll(ends: Row['ends'], link: PeerLink): Promise<Row[]> {
  const rows: Row[] = [];
  for (const load of LOADS) {
    await measureRound(link, load);
    const rounds: { ops: number; cpu: number }[] = [];
    for (let i = 0; i < ROUNDS; i++) rounds.push(await measureRound(link, load));
    rows.push({
      ends,
      ...load,
      opsPerSecond: Math.round(median(rounds.map((round) => round.ops))),
      cpuMicrosPerOp: Number(median(rounds.map((round) => round.cpu)).toFixed(2)),
    });
  }
  link.close();
  return rows;
}

/** Keeps `inFlight` requests under way for one round. */
async function measureRound(link: PeerLink, load: Load): Promise<{ ops: number; cpu: number }> {
  const request = requestOf(load);
  const [startMs, startCpu] = [performance.now(), process.cpuUsage()];
  const endMs = startMs + ROUND_MS;
  let [done, underWay] = [0, 0];
  await new Promise<void>((resolve, reject) => {
    const ask = (): void => {
      underWay += 1;
      link.data(request, 5_000, answered);
    };
    const answered = (reply: DataReply): void => {
      if (reply.kind === 'failed') reject(new Error(reply.message));
      done += 1;
      underWay -= 1;
      if (performance.now() < endMs) ask();
      else if (underWay === 0) resolve();
    };
    for (let i = 0; i < load.inFlight; i++) ask();
  });
  const cpu = process.cpuUsage(startCpu);
  const seconds = (performance.now() - startMs) / 1000;
  return { ops: done / seconds, cpu: (cpu.user + cpu.system) / done };
}

function requestOf({ kind, valueBytes }: Load): DataRequest {
  const [epoch, namespace, key] = [7, 1, new Uint8Array(16)];
  if (kind === 'write')
    return { kind, epoch, namespace, key, record: new Uint8Array(valueBytes), repair: false };
  // The test node reads the size of its answer from the namespace.
  return { kind, epoch, namespace: valueBytes, key, mode: 'value', stamp: STAMP };
}

async function openTransport(): Promise<{ transport: GrpcTransport; port: number }> {
  const transport = new GrpcTransport({
    clock: new SystemClock(),
    random: new SystemRandom(),
    log: new LogRecorder().logger('bench'),
    metrics: new MetricsRecorder(),
  });
  transport.start(answersAtOnce(), () => HELLO);
  return { transport, port: await transport.listen({ host: HOST, port: 0 }) };
}

function answersAtOnce(): PeerHandler {
  const values = new Map<number, Uint8Array>();
  const valueOf = (size: number): Uint8Array => {
    const value = values.get(size) ?? new Uint8Array(size);
    values.set(size, value);
    return value;
  };
  return {
    admit: () => undefined,
    refused: () => undefined,
    data: (_from, { request }, done) => {
      if (request.kind === 'write') done({ kind: 'written', stamp: STAMP });
      else done({ kind: 'value', record: valueOf(request.namespace), stamp: STAMP });
    },
    control: async () => ({ kind: 'ok' }),
    meta: async () => ({ kind: 'ok' }),
    repair: async () => ({ kind: 'applied', queuedBytes: 0 }),
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}

/** The other end, when this file is run as one: tells its port, and ends with the process that started it. */
async function serve(): Promise<void> {
  const { port } = await openTransport();
  process.once('disconnect', () => process.exit(0));
  process.send?.(port);
}

const [, main = ''] = process.argv;
if (import.meta.url === pathToFileURL(main).href) {
  await (process.argv.includes(SERVE) ? serve() : run({ json: process.argv.includes('--json') }));
}
