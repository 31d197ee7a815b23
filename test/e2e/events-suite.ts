import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { kill, startKv, type KvRun } from './kv-process.js';

/** How a command is run against the cluster, and what its environment is. */
export interface EventsSuiteParts {
  readonly kv: (...args: readonly string[]) => Promise<KvRun>;
  readonly env: () => NodeJS.ProcessEnv;
}

/** What `kv events` promises, against a running cluster. */
export function eventsSuite({ kv, env }: EventsSuiteParts): void {
  describe('events', () => {
    it('are followed as they happen, a document for each', async () => {
      const follow = startKv(['events', '-f', '--interval', '100ms', '-o', 'ndjson'], {
        env: env(),
      });
      let told: unknown;
      try {
        let isMade = false;
        for await (const line of createInterface({ input: follow.stdout })) {
          told = JSON.parse(line);
          // The first lines are of what was before: from then on it is followed.
          if (!isMade) expect((await kv('namespace', 'create', 'followed')).code).toBe(0);
          isMade = true;
          if (line.includes('namespace followed is created')) break;
        }
      } finally {
        await kill(follow);
        await kv('namespace', 'drop', 'followed', '--confirm', 'followed');
      }
      expect(told).toMatchObject({
        kind: 'metadata',
        severity: 'info',
        node: expect.stringMatching(/^n\d$/) as string,
        message: expect.stringMatching(/^epoch \d+: namespace followed is created$/) as string,
      });
    });

    it('that nobody has seen are none, and a document for each is no JSON document', async () => {
      const none = await kv('events', '--since', '1ms', '--severity', 'bad');
      expect(none).toMatchObject({ code: 0, stdout: 'no events\n', stderr: '' });
      const refused = await kv('events', '-f', '--json');
      expect(refused.code).toBe(2);
      expect(refused.stderr).toContain('-o ndjson');
      const unknown = await kv('events', '--node', 'n9');
      expect(unknown.code).toBe(2);
      expect(unknown.stderr).toContain('no node is called n9');
    });
  });
}
