import { spawnSync } from 'node:child_process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { printReport } from './report.js';
import { startRealCluster } from './real-cluster.js';

const LAUNCHER = fileURLToPath(new URL('../bin/run.js', import.meta.url));
const ROUNDS = 15;

/** Whole processes, from exec to exit, as multiples of `node -e 0` in the same minutes; and the memory of an idle node. */
export async function run(options: { readonly json: boolean }): Promise<void> {
  const cluster = await startRealCluster(3);
  try {
    const [first] = cluster.endpoints;
    const endpoint = `${first?.host ?? ''}:${String(first?.port ?? 0)}`;
    timed([LAUNCHER, 'put', 'hello', 'world', '-e', endpoint]);
    const cases: readonly (readonly [string, readonly string[]])[] = [
      ['node -e 0', ['-e', '0']],
      ['kv --version', [LAUNCHER, '--version']],
      ['kv version', [LAUNCHER, 'version']],
      ['kv get', [LAUNCHER, 'get', 'hello', '-e', endpoint]],
      ['kv status', [LAUNCHER, 'status', '-e', endpoint]],
    ];
    // Round by round, so that a busy second hits all cases alike.
    const times = cases.map((): number[] => []);
    for (let i = 0; i < ROUNDS; i++)
      for (const [at, [, args]] of cases.entries()) times[at]!.push(timed(args));
    const bare = medianOf(times[0]!);
    const rows = cases.map(([name], at) => ({
      process: name,
      medianMs: Math.round(medianOf(times[at]!)),
      ratio: Math.round((medianOf(times[at]!) / bare) * 100) / 100,
    }));
    printReport('whole processes', rows, options);
  } finally {
    await cluster.stop();
  }
}

function timed(args: readonly string[]): number {
  const startMs = performance.now();
  const { status, stderr } = spawnSync(process.execPath, [...args], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${String(status)}: ${stderr}`);
  return performance.now() - startMs;
}

function medianOf(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  await run({ json: process.argv.includes('--json') });
