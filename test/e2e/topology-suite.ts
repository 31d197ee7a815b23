import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { KvRun, NodeProcess } from './kv-process.js';

/** How a command is run against the cluster, as text and as JSON, and how a node is added to it. */
export interface TopologySuiteParts {
  readonly kv: (...args: readonly string[]) => Promise<KvRun>;
  readonly json: (
    ...args: readonly string[]
  ) => Promise<{ readonly result: Readonly<Record<string, unknown>> }>;
  readonly add: (name: string) => Promise<NodeProcess>;
}

/** What moves, without the bytes: those are estimated anew each time. */
function shares({ moves }: Readonly<Record<string, unknown>>): string {
  const isEstimate = (name: string): boolean => name === 'bytes' || name === 'ms';
  return JSON.stringify(moves, (name, value: unknown) => (isEstimate(name) ? undefined : value));
}

/** What the commands about plans promise, against a running cluster of three nodes that holds data. */
export function topologySuite({ kv, json, add }: TopologySuiteParts): void {
  let n4: NodeProcess;

  /** The exit code of a node, which ends by itself. */
  async function ended({ child }: NodeProcess): Promise<number | null> {
    if (child.exitCode === null) await once(child, 'exit');
    return child.exitCode;
  }

  // Data is moved while nodes and commands share the processors with other tests.
  describe('a plan', { timeout: 300_000 }, () => {
    it('is not there at first, and that is no error', async () => {
      const [plan, jobs, commit, diff] = await Promise.all([
        kv('cluster', 'plan'),
        kv('job', 'list'),
        kv('cluster', 'commit', '--yes'),
        kv('ring', 'diff'),
      ]);
      expect(diff).toMatchObject({ code: 0, stderr: '' });
      expect(diff.stdout).toContain('\nnothing is staged, no plan runs: the ring stays as it is\n');
      expect(plan).toMatchObject({ code: 0, stderr: '' });
      expect(plan.stdout).toMatch(
        /^nothing is staged, no plan runs\n\ntry: {5}kv node start --join/,
      );
      expect(jobs).toMatchObject({ code: 0, stdout: 'nothing runs\n' });
      expect(commit.code).toBe(6);
      expect(commit.stderr).toMatch(/^Error: nothing is staged\n/);
    });

    it('is not made for a ring that is even', async () => {
      const [even, wrong] = await Promise.all([
        kv('cluster', 'rebalance'),
        kv('cluster', 'rebalance', '--within', 'much'),
      ]);
      expect(even).toMatchObject({ code: 0, stderr: '' });
      expect(even.stdout).toMatch(/^Even enough: no node holds more than 0\.0% over the mean /);
      expect(wrong.code).toBe(2);
    });

    it('moves data as fast as is told', async () => {
      const [list, limit, wrong, small] = await Promise.all([
        kv('stream', 'list'),
        kv('stream', 'limit'),
        kv('stream', 'limit', 'fast'),
        kv('stream', 'limit', '1KiB'),
      ]);
      const usual = 'at most 64 MiB/s to each node that gains ranges\n';
      expect(list).toMatchObject({ code: 0, stdout: `nothing is moved: no plan runs\n${usual}` });
      expect(limit).toMatchObject({ code: 0, stdout: usual });
      expect([wrong.code, small.code]).toEqual([2, 2]);
      expect(wrong.stderr).toMatch(/^Error: "fast" is no rate: bytes per second from 64 KiB to /);
      const changed = await json('stream', 'limit', '8MiB');
      expect(changed.result).toMatchObject({ limitBytesPerSecond: 8 * 1024 ** 2, streams: [] });
      expect(await kv('stream', 'limit', 'default')).toMatchObject({ code: 0, stdout: usual });
    });

    it('lets a node in that waits for it: shown, asked for, begun, followed to its end', async () => {
      await kv('put', 'moved', 'v', '-c', 'all');
      n4 = await add('n4');
      const [plan, asked, other, status] = await Promise.all([
        kv('cluster', 'plan'),
        kv('cluster', 'commit'),
        kv('node', 'decommission', 'n2', '--dry-run'),
        kv('status'),
      ]);
      expect(plan.stdout).toMatch(/^staged {3}n4 joins\nmoves {4}\d+ of 512 ranges, about /);
      expect(plan.stdout).toMatch(/\n\+ n4 {4}joining .* 0\.0% .*\n/);
      expect(plan.stdout).toContain('\ntry:     kv cluster commit | kv cluster discard\n');
      expect(asked.code).toBe(7);
      expect(asked.stderr).toContain('  try      --yes\n');
      expect(other.code).toBe(6);
      expect(other.stderr).toMatch(/^Error: another change is staged: /);
      expect(status.stdout).toContain('\nn4 waits to join: kv cluster plan\n');
      expect(n4.notes()).toMatch(/^n4 waits to join kv: it owns nothing until a plan lets it in\n/);

      const done = await kv('cluster', 'commit', '--yes');
      expect(done.stdout).toMatch(/^Done p-\d+: n4 joins\n$/);
      expect(done.code).toBe(0);
      expect(done.stderr).toMatch(/\nPlan p-\d+ has begun\. Ctrl-C detaches; the plan goes on\.\n/);
      expect((await kv('get', 'moved', '-c', 'all')).stdout).toBe('v');
    });

    it('is seen in the ring before it begins, and gives the ring that was told', async () => {
      const tried = await json('ring', 'simulate', '--remove', 'n4');
      await kv('node', 'decommission', 'n4', '--stage', '--confirm', 'n4');
      const [show, ranges, balance, diff] = await Promise.all([
        kv('ring', 'show'),
        kv('ring', 'ranges', 'n4', '--moving'),
        json('ring', 'balance'),
        json('ring', 'diff'),
      ]);
      await kv('node', 'recommission', 'n4');

      expect(show.stdout).toMatch(/\nn4 waits to leave: kv cluster plan\n.* HOLDS {2}AFTER\n/);
      expect(show.stdout).toMatch(/\n- n4 .* 75\.0% +0\.0%\n/);
      expect(ranges.stdout).toMatch(/\n0x[0-9a-f]{8} .* -n4 \+n[123]\n/);
      expect(balance.result).toMatchObject({
        nodes: [{}, {}, {}, { node: 'n4', becomes: 'leaving', next: { holds: 0 } }],
      });
      expect(shares(diff.result)).toBe(shares(tried.result));
      expect(diff.result).toMatchObject({
        pending: { changes: [{ kind: 'leave', node: 'n4' }] },
        moves: { movements: [{ from: ['n4'] }, { from: ['n4'] }, { from: ['n4'] }] },
      });
    });

    it('lets a node go, which ends well; a watch of it is a document at a time', async () => {
      const asked = await kv('node', 'decommission', 'n4');
      expect(asked.code).toBe(7);
      expect(asked.stderr).toContain('--confirm n4');
      const begun = await json('node', 'decommission', 'n4', '--confirm', 'n4', '--detach');
      const { job } = begun.result['plan'] as { readonly job: string }; // the result of a change
      const watch = await kv('job', 'watch', job, '-o', 'ndjson');
      const lines = watch.stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as object);
      expect(watch.code).toBe(0);
      expect(lines[0]).toMatchObject({ event: 'progress', job, changes: [{ text: 'n4 leaves' }] });
      expect(lines.at(-1)).toMatchObject({ command: 'job watch', result: { job, end: 'done' } });
      expect(await ended(n4)).toBe(0);
      expect(n4.notes()).toContain('n4 has left cluster kv: all of its data is on the others');
      expect((await kv('get', 'moved', '-c', 'all')).stdout).toBe('v');
    });

    it('that a check would refuse is shown with the reason, and ends with 6', async () => {
      const [dry, real, alter, nobody] = await Promise.all([
        kv('node', 'decommission', 'n3', '--dry-run'),
        kv('node', 'decommission', 'n3', '--confirm', 'n3'),
        kv('namespace', 'alter', 'default', '--replication', '2', '--dry-run'),
        kv('node', 'remove', 'n9', '--dry-run'),
      ]);
      const forget = await kv('node', 'remove', 'n3', '--forget', '--stage');
      expect(forget.code).toBe(7);
      expect(forget.stderr).toContain('--confirm kv');
      const reason = 'default would have 2 copies, not 3';
      expect(dry).toMatchObject({ code: 6, stderr: '' });
      expect(dry.stdout).toContain(`FAIL  ${reason}\n`);
      expect(real).toMatchObject({ code: 6, stdout: '' });
      expect(real.stderr).toContain(`Error: the plan was not begun: ${reason}\n`);
      expect(alter.code).toBe(0);
      expect(alter.stdout).toMatch(/^changes {2}namespace default has dc1=2 copies\nmoves /);
      expect(nobody.code).toBe(2);
      expect(nobody.stderr).toContain('has no node called n9');
    });

    it('that is staged is taken back by name, and one that runs is paused and cancelled', async () => {
      const staged = await kv('node', 'remove', 'n3', '--stage', '--confirm', 'n3');
      expect(staged.stdout).toMatch(/^Staged: n3 waits to be removed\.\n/);
      expect(await kv('node', 'recommission', 'n3')).toMatchObject({ stdout: 'n3 stays.\n' });
      expect((await kv('node', 'recommission', 'n3')).code).toBe(6);

      const n5 = await add('n5');
      const { result } = await json('cluster', 'commit', '--yes', '--detach');
      const { job } = result['plan'] as { readonly job: string }; // the result of a change
      const paused = await kv('job', 'pause', job);
      expect(paused.stdout).toMatch(/^Paused p-\d+: nothing is moved until /);
      const [list, status] = await Promise.all([json('job', 'list'), kv('status')]);
      expect(list.result).toMatchObject({ jobs: [{ job, state: 'paused', about: 'n5 joins' }] });
      expect(status.stdout).toMatch(/\nplan p-\d+: [a-z-]+,(.*,)? paused: kv job watch p-\d+\n/);
      expect((await kv('job', 'cancel', job)).code).toBe(7);
      const cancelled = await kv('job', 'cancel', job, '--yes');
      expect(cancelled).toMatchObject({ code: 0, stderr: '' });
      expect(cancelled.stdout).toMatch(/^Cancelled p-\d+: the ring is as it was before\n/);
      expect(await ended(n5)).toBe(78);
      const [shown, watched] = await Promise.all([kv('job', 'show', job), kv('job', 'watch', job)]);
      expect(shown).toMatchObject({ code: 0, stdout: `${job} cancelled: n5 joins\n` });
      expect(watched).toMatchObject({ code: 1, stdout: `${job} cancelled: n5 joins\n` });
      expect((await kv('job', 'list')).stdout).toContain(`\nbefore: ${job} cancelled: n5 joins\n`);
      expect((await kv('job', 'show', 'p-1')).code).toBe(2);
    });
  });
}
