import { formatSize } from '../src/stdx/size.js';
import { printReport } from './report.js';
import { BoundedDirectory } from './sustained/disk-bound.js';
import { probeDisk } from './sustained/disk-probe.js';
import type { Figures } from './sustained/figures.js';
import { LoadedStore, VALUE_BYTES } from './sustained/loaded-store.js';
import { type Minute, Minutes } from './sustained/minutes.js';
import { parseOptions, USAGE, type SustainedOptions } from './sustained/options.js';
import { GOAL_P99_MS } from './sustained/rate-search.js';
import { SustainedRun } from './sustained/sustained-run.js';

/**
 * Puts of 10 KB on one store for long, nine overwrites to an insert, over data of many times the cache: latencies by the minute, stalls of
 * the writes, what LevelDB writes for a byte, and the highest rate that keeps the p99 under 10 ms, or how one rate does. Latency counts
 * from when a put was due. The directory is under TMPDIR, is bounded, and is removed at the end, also after Ctrl-C.
 */

/** Ended by a signal, as a shell tells it. */
const INTERRUPTED = 130;

let signal: string | undefined;
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(name, () => {
    signal = name;
  });

function rowOf({ latencies, ...stalls }: Figures): Record<string, string | number> {
  const { count, p50Ms, p99Ms, p999Ms, maxMs } = latencies.snapshot();
  return {
    puts: count,
    p50Ms: p50Ms.toFixed(2),
    p99Ms: p99Ms.toFixed(2),
    p999Ms: p999Ms.toFixed(2),
    maxMs: maxMs.toFixed(0),
    stalls: stalls.stalls,
    stalledMs: stalls.stalledMs.toFixed(0),
    longestMs: stalls.longestStallMs.toFixed(0),
  };
}

function minuteRow({ figures, cpu }: Minute, number: number): Record<string, string | number> {
  return { minute: number, ...rowOf(figures), cores: cpu.toFixed(2) };
}

async function factsOf(store: LoadedStore): Promise<Record<string, string>> {
  const { storedBytes, levelBytes, kernelBytes } = await store.written();
  const levels = await store.levels();
  const times = (bytes: number): string => (bytes / Math.max(1, storedBytes)).toFixed(2);
  const shape = levels.map(
    ({ level, files, bytes }) => `${level}: ${files} files, ${formatSize(bytes)}`,
  );
  return {
    data: `${store.keys} keys, ${formatSize(store.keys * VALUE_BYTES)}`,
    levels: shape.join('; '),
    'written by LevelDB for a byte of values': times(levelBytes),
    'written by the process for a byte of values':
      kernelBytes === undefined ? 'not known' : times(kernelBytes),
  };
}

function conclusionOf(run: SustainedRun, { rate }: SustainedOptions): Record<string, string> {
  const { held } = run;
  const facts: Record<string, string> = {};
  if (run.endedBy !== undefined) facts['ended early'] = run.endedBy;
  if (rate !== undefined) return { ...facts, rate: `${rate}/s, fixed` };
  if (held === undefined)
    return { ...facts, rate: 'none was held: the run was too short for the search' };
  const { count, p99Ms } = held.figures.latencies.snapshot();
  const heldS = (held.windows * run.windowMs) / 1000;
  const verdict = p99Ms < GOAL_P99_MS ? 'under' : 'NOT under';
  facts['rate'] = `${held.rate.toFixed(0)}/s, held for ${heldS.toFixed(0)} s`;
  facts['p99 while held'] = `${p99Ms.toFixed(2)} ms of ${count} puts, ${verdict} ${GOAL_P99_MS} ms`;
  const { stalls, longestStallMs } = held.figures;
  facts['stalls while held'] = `${stalls}, the longest ${longestStallMs.toFixed(0)} ms`;
  return facts;
}

async function measure(options: SustainedOptions): Promise<void> {
  const directory = await BoundedDirectory.make(options.diskBytes);
  try {
    const disk = await probeDisk(directory.path, () => signal !== undefined);
    const store = await LoadedStore.open(directory.path, options);
    try {
      process.stderr.write(`loading ${formatSize(options.dataBytes)} into ${directory.path}\n`);
      await store.load(() => signal !== undefined);
      process.stderr.write(`load for ${options.minutes} minutes\n`);
      const minutes = new Minutes((minute, number) => {
        process.stderr.write(`${JSON.stringify(minuteRow(minute, number))}\n`);
      });
      const run = new SustainedRun({
        ...{ options, store, directory, minutes },
        interrupted: () => signal,
      });
      await run.run();
      const sync = `p50 ${disk.p50Ms.toFixed(2)} ms, p99 ${disk.p99Ms.toFixed(2)} ms`;
      const alone = { 'a synced write without the store': sync };
      const facts = { ...conclusionOf(run, options), ...(await factsOf(store)), ...alone };
      print({ options, run, minutes, facts });
    } finally {
      await store.close();
    }
  } finally {
    directory.remove();
  }
}

function print(what: {
  readonly options: SustainedOptions;
  readonly run: SustainedRun;
  readonly minutes: Minutes;
  readonly facts: Record<string, string>;
}): void {
  const { options, run, minutes, facts } = what;
  const { json, writeBufferBytes, maxFileBytes } = options;
  const [buffer, file] = [formatSize(writeBufferBytes), formatSize(maxFileBytes)];
  const title = `puts of ${VALUE_BYTES} bytes, write buffer ${buffer}, files of ${file}`;
  const rows = minutes.list.map((minute, at) => minuteRow(minute, at + 1));
  const all = { minute: 'all', ...rowOf(minutes.all), cores: '' };
  if (json) {
    const windows = run.windows;
    process.stdout.write(`${JSON.stringify({ title, rows, all, windows, facts, options })}\n`);
    return;
  }
  printReport(title, [...rows, all], { json });
  const windows = run.windows.map((row) => ({
    ...row,
    rate: row.rate.toFixed(0),
    p99Ms: row.p99Ms.toFixed(2),
  }));
  const windowS = (run.windowMs / 1000).toFixed(0);
  if (options.rate === undefined) printReport(`windows of ${windowS} s`, windows, { json });
  for (const [name, text] of Object.entries(facts)) process.stdout.write(`${name}: ${text}\n`);
}

function optionsOrExit(): SustainedOptions {
  try {
    return parseOptions(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
    process.exit(2);
  }
}

await measure(optionsOrExit());
if (signal !== undefined) process.exitCode = INTERRUPTED;
