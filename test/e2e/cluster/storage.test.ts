import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SHARD_FOLDER } from '../../../src/node/store/store.js';
import { RealCluster } from '../real-cluster.js';
import { nodeArguments } from '../real-node.js';
import { Stage } from '../stage.js';

let stage: Stage;
let cluster: RealCluster;
let at: readonly string[];

beforeAll(async () => {
  stage = new Stage();
  cluster = await RealCluster.start(stage, 3);
  at = ['-e', cluster.node('n1').ready.listen];
  for (let i = 0; i < 5; i++) await stage.command(['put', `k${i}`, `v${i}`, '-c', 'all', ...at]);
  await stage.command(['delete', 'k0', '-c', 'all', ...at]);
});

afterAll(async () => {
  await stage.clear();
});

describe('the stores of a cluster', () => {
  it('are flushed, and shown with their tables', async () => {
    const flushed = await stage.json(['storage', 'flush', ...at]);
    expect(flushed.code).toBe(0);
    expect(flushed.document.result).toMatchObject({
      jobs: ['n1', 'n2', 'n3'].map((node) => ({ node, kind: 'flush', state: 'done' })),
    });
    const shown = await stage.json(['storage', 'show', '--node', 'n2', ...at]);
    expect(shown.document.result).toMatchObject({
      nodes: [{ node: 'n2', shards: [{ name: SHARD_FOLDER, gridComplete: true }] }],
    });
    const text = await stage.command(['storage', 'show', ...at]);
    expect(text.stdout).toMatch(/^NODE .* W AMP .*\nn1 .*\nn2 .*\nn3 .*\n$/);
  });

  it('are verified, with exit code 0 when the hashes are right', async () => {
    const verified = await stage.command(['storage', 'verify', ...at]);
    expect(verified).toMatchObject({ code: 0 });
    expect(verified.stdout).toMatch(/^(n\d whole: \d+ pages compared in .*\n){3}$/);
  });

  it('tell how many deletes they keep, and why', async () => {
    const { document } = await stage.json(['storage', 'tombstones', '--node', 'n3', ...at]);
    expect(document.result).toMatchObject({
      nodes: [
        { node: 'n3', namespaces: [{ namespace: 'default', tombstones: 1, isCounted: true }] },
      ],
    });
    const text = await stage.command(['storage', 'tombstones', ...at]);
    expect(text.stdout).toMatch(/^NODE .* HELD BACK BY\n(n\d +default +1 .*\n){3}$/);
  });

  it('are compacted, and say so', async () => {
    const none = await stage.command(['compact', 'status', ...at]);
    expect(none.stdout).toBe('no compaction was asked for since these nodes started\n');
    const range = ['--range', '0x00000000..0x80000000'];
    const one = await stage.command(['compact', '--node', 'n2', ...range, ...at]);
    expect(one).toMatchObject({ code: 0 });
    expect(one.stdout).toMatch(/\nn2 +done +0x00000000\.\.0x80000000 +100%/);
    const all = await stage.json(['compact', ...at]);
    expect(all.document.result).toMatchObject({
      detached: false,
      jobs: ['n1', 'n2', 'n3'].map((node) => ({ node, state: 'done' })),
    });
    const stop = await stage.command(['compact', 'stop', ...at]);
    expect(stop).toMatchObject({ code: 0, stdout: 'no compaction is under way\n' });
    expect((await stage.command(['compact', 'status', ...at])).stdout).toMatch(/\nn3 +done/);
  });

  it.each([
    [['storage', 'show', '--node', 'n9'], /no node is called n9: there are n1, n2, n3/],
    [['compact', '--range', 'here'], /"here" is no range of tokens/],
  ])('are not asked for what is not there: %s', async (args, says) => {
    const end = await stage.command([...args, ...at]);
    expect(end.code).toBe(2);
    expect(end.stderr.split('\n')[0]).toMatch(says);
  });
});

describe('a node whose store is damaged', () => {
  const accept = ['--accept-loss'];

  beforeAll(async () => {
    const { process } = cluster.node('n2');
    process.signal('SIGTERM');
    await process.ended;
    const folder = join(stage.dir, 'n2', SHARD_FOLDER);
    for (const name of readdirSync(folder))
      if (/^MANIFEST|\.ldb$/.test(name)) rmSync(join(folder, name));
  });

  it('is not started, and the error says how to go on', async () => {
    const end = await stage.command(nodeArguments(stage, 'n2', []));
    expect(end.code).toBe(74);
    const [first = ''] = end.stderr.split('\n');
    expect(first).toMatch(/^Error: The store in .* cannot be opened/);
    expect(end.stderr).toMatch(
      /try +kv node start --name n2 .*--data-dir \S+ .*--listen 127\.0\.0\.1:0 .*--accept-loss/,
    );
    expect(end.stderr).not.toMatch(/^ {4}at /m);
  });

  it.each([
    ['nobody can be asked', accept],
    ['another name is given', [...accept, '--confirm', 'n3']],
  ])('does not go on without what it lost when %s', async (_, extra) => {
    const end = await stage.command(nodeArguments(stage, 'n2', extra));
    expect(end.code).toBe(7);
    expect(end.stderr).toContain('--confirm n2');
  });

  it('goes on without what it lost when that is confirmed, and the others bring it', async () => {
    await cluster.startNode('n2', [...accept, '--confirm', 'n2']);
    const own = ['-e', cluster.node('n2').ready.listen];
    await expect
      .poll(async () => (await stage.command(['get', 'k3', '-c', 'all', ...own])).stdout.trim(), {
        timeout: 60_000,
      })
      .toBe('v3');
    const gone = await stage.command(['get', 'k0', ...own]);
    expect(gone.code).toBe(3);
    const { process } = cluster.node('n2');
    process.signal('SIGTERM');
    expect((await process.ended).code).toBe(0);
    await cluster.startNode('n2');
  });

  it('is one whose directory has a node', async () => {
    const end = await stage.command(nodeArguments(stage, 'n7', [...accept, '--confirm', 'n7']));
    expect(end.code).toBe(2);
    expect(end.stderr).toContain('it has nothing to lose');
  });
});
