import { describe, expect, it } from 'vitest';
import { runKv } from './kv-process.js';

interface Document {
  readonly schemaVersion: number;
  readonly command: string;
  readonly result: object;
}

async function documentOf(...args: readonly string[]): Promise<Document> {
  const run = await runKv([...args, '--json']);
  expect(run).toMatchObject({ code: 0, stderr: '' });
  // The one document on standard output; its shape is asserted by each test.
  return JSON.parse(run.stdout) as Document;
}

describe('kv sim ring', () => {
  const small = ['sim', 'ring', '--nodes', '6', '--vnodes', '8'];

  it('prints a table for people, and the same facts for programs', async () => {
    const { code, stdout } = await runKv(small);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^6 nodes x 8 vnodes {3}rf 3 {3}1 rack {3}seed 1\nTOKENS +ALLOCATED +RANDOM\n/,
    );
    const { command, result } = await documentOf(...small);
    expect(command).toBe('sim ring');
    expect(result).toMatchObject({ nodes: 6, vnodes: 8, replicationFactor: 3, seeds: [1] });
    expect(result).toHaveProperty('allocated.added.fairShares');
    expect(result).toHaveProperty('random.fatalPairs');
  });

  it('refuses what no ring can be, in one line and with exit code 2', async () => {
    const { code, stdout, stderr } = await runKv([...small, '--rf', '7']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^Error: --rf takes a number from 1 to 6, not "7"\n/);
  });
});

describe('kv sim gossip', () => {
  it('prints a row for each loss, the same for the same seed in any process', async () => {
    const args = ['sim', 'gossip', '-n', '6', '--loss', '0,20', '--minutes', '0.1', '--seed', '5'];
    const { stdout } = await runKv(args);
    expect(stdout).toMatch(/\n +0% +\d.*\n +20% +\d/);
    const [first, second] = [await documentOf(...args), await documentOf(...args)];
    expect(first).toMatchObject({
      command: 'sim gossip',
      result: { engine: 'whole', countedMs: 6000, rows: [{ lossPercent: 0 }, { lossPercent: 20 }] },
    });
    expect(withoutCpu(first.result)).toEqual(withoutCpu(second.result));
  });

  it('refuses more nodes than it can hold, with exit code 2', async () => {
    const { code, stderr } = await runKv(['sim', 'gossip', '--nodes', '20000']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^Error: --nodes takes a number from 2 to 10000, not "20000"\n/);
  });
});

/** A result without the times that it took, which no seed decides. */
function withoutCpu(result: object): unknown {
  return JSON.parse(
    JSON.stringify(result, (name, value: unknown) => (name.startsWith('cpuMs') ? 0 : value)),
  );
}
