import { describe, expect, it } from 'vitest';
import type { KvRun } from './kv-process.js';

/** How a command is run against the cluster, as text and as JSON. */
export interface NamespaceSuiteParts {
  readonly kv: (...args: readonly string[]) => Promise<KvRun>;
  readonly json: (
    ...args: readonly string[]
  ) => Promise<{ readonly result: Readonly<Record<string, unknown>> }>;
}

/** What the commands about namespaces promise, against a running cluster. */
export function namespaceSuite({ kv, json }: NamespaceSuiteParts): void {
  describe('namespaces', () => {
    it('have keys of their own, from the moment in which they are made until they are dropped', async () => {
      const made = await kv(
        'namespace',
        'create',
        'orders',
        '--replication',
        '2',
        '--default-ttl',
        '1h',
      );
      expect(made).toMatchObject({ code: 0, stderr: '' });
      expect(made.stdout).toMatch(
        /^created orders, epoch \d+\n\norders\n {2}replication {2}dc1=2\n/,
      );
      await kv('put', 'twice', 'in orders', '-n', 'orders');
      await kv('put', 'twice', 'in default');
      expect((await kv('get', 'twice', '-n', 'orders')).stdout).toBe('in orders');
      expect((await kv('get', 'twice')).stdout).toBe('in default');
      const { result } = await json('ring', 'owners', 'twice', '-n', 'orders');
      expect(result).toMatchObject({ namespace: 'orders', quorum: 2, replicas: [{}, {}] });

      const altered = await json('namespace', 'alter', 'orders', '--no-default-ttl');
      expect(altered.result).toMatchObject({
        done: 'altered',
        namespace: { name: 'orders' },
        behind: [],
      });
      expect(altered.result['namespace']).not.toHaveProperty('defaultTtlMs');

      const asked = await kv('namespace', 'drop', 'orders');
      expect(asked.code).toBe(7);
      expect(asked.stderr).toContain('--confirm orders');
      const dropped = await kv('namespace', 'drop', 'orders', '--confirm', 'orders');
      expect(dropped.stdout).toMatch(/^dropped orders, epoch \d+\n$/);
      const gone = await kv('get', 'twice', '-n', 'orders');
      expect(gone).toMatchObject({ code: 2, stdout: '' });
      expect(gone.stderr).toContain('no namespace is called orders');
      expect((await kv('get', 'twice')).stdout).toBe('in default');
    });

    it('that cannot be are refused in one line', async () => {
      const refusals: readonly (readonly [string, number, string])[] = [
        ['create default', 6, 'KV_NAMESPACE_EXISTS'],
        ['create a/b', 2, 'is not a name'],
        ['create x --replication dc9=3', 2, 'there is dc1'],
        ['create x --replication three', 2, 'no number of copies'],
        ['create x --default-consistency any', 2, 'any is for writes only'],
        ['alter default', 2, 'nothing to change was given'],
        ['alter ordres --no-default-ttl', 2, 'KV_NAMESPACE_UNKNOWN'],
        ['drop default --confirm default', 2, 'the namespace default is always there'],
        ['show defualt', 2, 'did you mean default?'],
      ];
      await Promise.all(
        refusals.map(async ([args, code, text]) => {
          const refused = await kv('namespace', ...args.split(' '));
          expect(refused, args).toMatchObject({ code, stdout: '' });
          expect(refused.stderr, args).toContain(text);
        }),
      );
    });
  });
}
