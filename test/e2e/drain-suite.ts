import { describe, expect, it } from 'vitest';
import type { TopologySuiteParts } from './topology-suite.js';

/** What the commands promise that send the clients of a node elsewhere, against a running cluster of three nodes. */
export function drainSuite({ kv, json }: Pick<TopologySuiteParts, 'kv' | 'json'>): void {
  describe('a node that is drained', () => {
    it('takes no clients until it is resumed, and status says so', async () => {
      const drained = await kv('node', 'drain', 'n2');
      expect(drained).toMatchObject({ code: 0, stderr: '' });
      expect(drained.stdout).toBe(
        'n2 is drained: it takes no clients, and goes on as a replica.\nStop it now, or take clients again with: kv node resume n2\n',
      );
      const [status, put] = await Promise.all([
        kv('status'),
        kv('put', 'drained', 'v', '-c', 'all'),
      ]);
      expect(status.stdout).toContain('n2 drained: it takes no clients');
      expect(put.code).toBe(0);
      const resumed = await json('node', 'resume', 'n2');
      expect(resumed.result).toMatchObject({ node: 'n2', drained: false });
      expect(await kv('node', 'resume', 'n2')).toMatchObject({ stdout: 'n2 takes clients.\n' });
    });

    it('may be worked on: it takes no clients, and says so, until that is over', async () => {
      const on = await kv('node', 'maintenance', 'n2', 'on');
      expect(on).toMatchObject({ code: 0, stderr: '' });
      expect(on.stdout).toMatch(/^n2 is in maintenance: .*\n.* kv node maintenance n2 off\n$/);
      const [status, list, resumed, third] = await Promise.all([
        kv('status'),
        kv('node', 'list'),
        kv('node', 'resume', 'n2'),
        kv('node', 'maintenance', 'n3', 'on'),
      ]);
      expect(status.stdout).toContain('n2 in maintenance, up: ');
      expect(list.stdout).toMatch(/\n~ n2 +maintenance /);
      expect(resumed.code).toBe(6);
      expect(third.code).toBe(6);
      expect(third.stderr).toMatch(/^Error: without n3, \d+ ranges of default /);
      const off = await json('node', 'maintenance', 'n2', 'off');
      expect(off.result).toMatchObject({ node: 'n2', maintenance: false });
      expect((await kv('node', 'maintenance', 'n2', 'soon')).code).toBe(2);
    });

    it('is not the last one that takes clients, nor one that nobody knows', async () => {
      expect((await kv('node', 'drain', 'n2')).code).toBe(0);
      expect((await kv('node', 'drain', 'n3')).code).toBe(0);
      const last = await kv('node', 'drain', 'n1');
      expect(last).toMatchObject({ code: 6, stdout: '' });
      expect(last.stderr).toMatch(/^Error: n1 was not drained: no other node takes clients\n/);
      for (const name of ['n2', 'n3']) expect((await kv('node', 'resume', name)).code).toBe(0);
      expect((await kv('node', 'drain', 'n9')).stderr).toContain('no node is called n9');
    });
  });
}
