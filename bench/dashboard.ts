/**
 * What the dashboard costs: the share of one core and the bytes per second that it takes to show 300 nodes, one tick a second.
 * node --import tsx bench/dashboard.ts [seconds per view]
 */
import { EventEmitter } from 'node:events';
import type { ReadStream, WriteStream } from 'node:tty';
import type { WatchTick } from '../src/node/core/views/event-views.js';
import type { TickSource } from '../src/tui/source.js';
import type { ViewName } from '../src/tui/state.js';

process.env['NODE_ENV'] = 'production';

const { runDashboard } = await import('../src/tui/main.js');
const { fakeTick } = await import('../test/tui/fake-cluster.js');
const { fakeOwners } = await import('../test/tui/fake-source.js');

const secondsPerView = Number(process.argv[2] ?? 20);
const NODES = 300;
const SIZES = [
  [80, 24],
  [120, 40],
] as const;
const VIEWS: readonly ViewName[] = ['overview', 'ring', 'gossip', 'jobs', 'events'];

// Made beforehand, so that only showing them is measured.
const ticks = Array.from({ length: 10 }, (_, second) => fakeTick({ nodes: NODES, second }));

/** A tick a second, as a stream of a node would bring it. */
const source: TickSource = {
  async *watch({ intervalMs }, signal) {
    for (let i = 0; !signal.aborted; i++) {
      yield ticks[i % ticks.length] as WatchTick;
      await new Promise((resolve) => setTimeout(resolve, intervalMs));
    }
  },
  owners: (key) => Promise.resolve(fakeOwners(key)),
  hints: (_action, _target, { name: node }) => Promise.resolve({ node, hints: 0 }),
  topology: () => Promise.reject(new Error('nothing changes the ring')),
  changePlan: () => Promise.reject(new Error('nothing changes the ring')),
  repairs: () => Promise.resolve([]),
  cancelRepair: () => Promise.resolve(undefined),
  events: () => Promise.resolve([]),
};

class Keyboard extends EventEmitter {
  readonly isTTY = true;
  read = (): null => null;
  setRawMode = (): this => this;
  setEncoding = (): this => this;
  ref = (): this => this;
  unref = (): this => this;
}

/** Counts what a terminal would be sent. */
class Counter extends EventEmitter {
  readonly isTTY = true;
  readonly columns: number;
  readonly rows: number;
  bytes = 0;
  frames = 0;
  repaints = 0;

  constructor(columns: number, rows: number) {
    super();
    this.columns = columns;
    this.rows = rows;
  }

  write(text: string): boolean {
    this.bytes += Buffer.byteLength(text);
    this.frames += 1;
    if (text.includes('\x1b[2J')) this.repaints += 1;
    return true;
  }
}

interface Measured {
  readonly view: string;
  readonly size: string;
  readonly 'core %': number;
  readonly 'bytes/s': number;
  readonly 'writes/s': number;
  /** After the first one each would be a flicker. */
  readonly repaints: number;
}

async function measure(
  view: ViewName,
  [columns, rows]: readonly [number, number],
): Promise<Measured> {
  const stdout = new Counter(columns, rows);
  const closing = new AbortController();
  const done = runDashboard(source, {
    stdin: new Keyboard() as unknown as ReadStream,
    stdout: stdout as unknown as WriteStream,
    stderr: process.stderr,
    env: { LANG: 'C.UTF-8' },
    intervalMs: 1000,
    initialView: view,
    signal: closing.signal,
  });
  // The first second is the start, not the showing.
  await new Promise((resolve) => setTimeout(resolve, 1500));
  const { bytes, frames, repaints } = stdout;
  const startMs = performance.now();
  const before = process.cpuUsage();
  await new Promise((resolve) => setTimeout(resolve, secondsPerView * 1000));
  const used = process.cpuUsage(before);
  const elapsedS = (performance.now() - startMs) / 1000;
  const measured = {
    view,
    size: `${columns}x${rows}`,
    'core %': Number(((used.user + used.system) / 1e4 / elapsedS).toFixed(1)),
    'bytes/s': Math.round((stdout.bytes - bytes) / elapsedS),
    'writes/s': Number(((stdout.frames - frames) / elapsedS).toFixed(1)),
    repaints: stdout.repaints - repaints,
  };
  closing.abort();
  await done;
  return measured;
}

const table: Measured[] = [];
for (const size of SIZES) for (const view of VIEWS) table.push(await measure(view, size));
console.table(table);
