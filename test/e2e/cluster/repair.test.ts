import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RealCluster } from '../real-cluster.js';
import { Stage } from '../stage.js';

let stage: Stage;
let cluster: RealCluster;

beforeAll(async () => {
  stage = new Stage();
  cluster = await RealCluster.start(stage, 3);
  await stage.command(['put', 'k', 'v', '-c', 'all', '-e', cluster.endpoints()]);
});

afterAll(async () => {
  await stage.clear();
});

/** Begins a repair on n1, of which nothing is done while another owner stands still. */
async function begun(): Promise<string> {
  const client = cluster.client();
  try {
    cluster.node('n3').process.signal('SIGSTOP');
    const { jobs } = await client.repair(cluster.node('n1').client, { action: 'start', scope: {} });
    return jobs[0]?.id ?? '';
  } finally {
    client.close();
  }
}

describe('a repair whose driver is killed', () => {
  it('goes on when that starts again, and whoever watches it is told, and sees its end', async () => {
    const others = ['-e', ['n2', 'n1'].map((name) => cluster.node(name).ready.listen).join(',')];
    const id = await begun();
    const watch = stage.kv(['repair', 'watch', id, '-o', 'ndjson', ...others]);
    await watch.line(/"event":"progress"/);
    await cluster.node('n1').process.kill();
    cluster.node('n3').process.signal('SIGCONT');
    await watch.line(
      /^n1 does not answer\. Repair r-[0-9a-f]{4} goes on with it, also after a restart/,
    );

    await cluster.startNode('n1');
    await watch.line(/^n1 answers again\.$/);
    expect((await watch.ended).code).toBe(0);
    const end: unknown = JSON.parse(watch.stdout.trimEnd().split('\n').at(-1) ?? '');
    const done = { id, node: 'n1', state: 'done', restarts: 1, ranges: 384, done: 384, failed: 0 };
    expect(end).toMatchObject({ result: done });
    const shown = await stage.command(['repair', 'status', id, '-e', cluster.endpoints()]);
    expect(shown.stdout).toMatch(new RegExp(`^${id} {2}done {2}.* 384 of 384 ranges `));
    expect(shown.stdout).toMatch(/\n {2}resumed after a restart of n1 at \d{4}-.* UTC\n/);
  });

  it('stays cancelled, and is listed', async () => {
    const id = await begun();
    const at = ['-e', cluster.node('n1').ready.listen];
    const cancelled = await stage.json(['repair', 'cancel', id, ...at]);
    expect(cancelled.document.result).toMatchObject({ id, state: 'cancelled' });
    await cluster.node('n1').process.kill();
    cluster.node('n3').process.signal('SIGCONT');
    await cluster.startNode('n1');
    const list = await stage.command(['repair', 'list', '-e', cluster.node('n1').ready.listen]);
    expect(list.stdout).toMatch(new RegExp(`\\n${id} {2}cancelled {2}n1 `));
  });
});
