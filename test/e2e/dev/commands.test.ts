import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isAlive } from '../staged-process.js';
import { Stage, type CommandEnd, type JsonEnd } from '../stage.js';
import { endLocalCluster, gone, processesOf, recordedState } from './local-cluster.js';

let stage: Stage;
let dir: string;

beforeAll(() => {
  stage = new Stage();
  dir = join(stage.dir, 'dev');
});

afterAll(async () => {
  await endLocalCluster(dir);
  await stage.clear();
});

async function dev(...args: readonly string[]): Promise<CommandEnd> {
  return await stage.command(['dev', ...args, '--dir', dir]);
}

/** The row of each node, by name, as `--json` gives it. */
async function devJson(...args: readonly string[]): Promise<JsonEnd & { readonly nodes: Rows }> {
  const end = await stage.json(['dev', ...args, '--dir', dir]);
  const { nodes } = (end.document.result ?? { nodes: [] }) as { nodes: Row[] };
  return { ...end, nodes: Object.fromEntries(nodes.map((node) => [node.name, node])) };
}

interface Row {
  readonly name: string;
  readonly pid: number | null;
  readonly state: string;
  readonly listen: string;
}

type Rows = Readonly<Record<string, Row>>;

/** For `-e`. */
function endpoints(): string {
  return recordedState(dir)
    .nodes.map((node) => node.listen)
    .join(',');
}

// One cluster goes through these in their order: each finds what the one before has left.
describe('the local cluster of kv dev', () => {
  it('is not there before it is started, which is said with what to do', async () => {
    const status = await dev('status');
    expect(status).toMatchObject({ code: 0, stderr: '' });
    expect(status.stdout).toBe(
      `local cluster in ${dir}: not running\ntry: kv dev up --dir ${dir}\n`,
    );
    const kill = await dev('kill', 'n1');
    expect(kill.code).toBe(69);
    expect(kill.stderr).toContain(`Error: no local cluster runs in ${dir}`);
  });

  it('is up with three nodes that agree, and says so as a document', async () => {
    const { code, document, nodes } = await devJson('up');
    expect(code).toBe(0);
    expect(document).toMatchObject({ schemaVersion: 1, command: 'dev up', result: { dir } });
    expect(Object.keys(nodes)).toEqual(['n1', 'n2', 'n3']);
    for (const node of Object.values(nodes)) {
      expect(node.state).toBe('running');
      expect(isAlive(node.pid ?? 0)).toBe(true);
    }
    // The voters are chosen once all have joined: an epoch that may still be on its way.
    const healthy = ['status', '--until', 'healthy', '-e', endpoints()];
    expect((await stage.command(healthy)).code).toBe(0);
    const status = await stage.json(['status', '-e', endpoints()]);
    expect(status.document.result).toMatchObject({
      health: 'HEALTHY',
      ring: { agreed: 3, asked: 3 },
    });
    expect((await stage.command(['put', 'k', 'v', '-e', endpoints()])).code).toBe(0);
  });

  it('is not started a second time', async () => {
    const again = await dev('up');
    expect(again.code).toBe(73);
    expect(again.stderr).toMatch(/^Error: a local cluster runs in .* already \(process \d+\)/);
    expect(again.stderr).toContain('kv dev down');
  });

  it('shows its processes as a table', async () => {
    const { stdout, code } = await dev('status');
    const [head = '', titles = '', n1 = ''] = stdout.split('\n');
    expect(code).toBe(0);
    expect(head).toMatch(/^local cluster in .*: process \d+, background$/);
    expect(titles).toMatch(/^NODE +STATE +PID +CLIENTS +PEERS +HTTP$/);
    expect(n1).toMatch(/^n1 +running +\d+ +127\.0\.0\.1:\d+ +127\.0\.0\.1:\d+ +127\.0\.0\.1:\d+$/);
  });

  it('loses a node and takes it back', async () => {
    const { pid } = (await devJson('status')).nodes['n2'] ?? {};
    const killed = await devJson('kill', 'n2');
    expect(killed.nodes['n2']).toMatchObject({ state: 'killed', pid: null });
    expect(isAlive(pid ?? 0)).toBe(false);
    const refused = await dev('kill', 'n2');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('n2 does not run');

    const port = Number((killed.nodes['n2']?.listen ?? '').split(':')[1]);
    const thief = createServer().listen(port, '127.0.0.1');
    await once(thief, 'listening');
    const taken = await dev('start', 'n2');
    thief.close();
    expect(taken.code).toBe(73);
    expect(taken.stderr).toMatch(new RegExp(`^Error: n2 did not start: [^|]*127.0.0.1:${port}`));
    expect(taken.stderr).toMatch(/^ {2}code +KV_ADDRESS_IN_USE /m);

    const started = await devJson('start', 'n2');
    expect(started.nodes['n2']?.state).toBe('running');
    const healthy = await stage.command([
      ...['status', '--until', 'healthy', '--interval', '200ms', '--timeout', '30s'],
      ...['-e', endpoints()],
    ]);
    expect(healthy.code).toBe(0);
  });

  it('lets a node stand still and go on', async () => {
    expect((await dev('pause', 'n3')).stdout).toMatch(/^n3 +paused/m);
    expect((await dev('resume', 'n3')).stdout).toMatch(/^n3 +running/m);
  });

  it('knows no other node', async () => {
    const { code, stderr } = await dev('pause', 'n9');
    expect(code).toBe(2);
    expect(stderr).toContain('no node is called n9: there are n1, n2, n3');
  });

  it('stops with all its processes', async () => {
    const pids = processesOf(recordedState(dir));
    expect(pids).toHaveLength(4);
    const down = await devJson('down');
    expect(down.code).toBe(0);
    expect(Object.values(down.nodes).map(({ state, pid }) => [state, pid])).toEqual(
      Array.from({ length: 3 }, () => ['stopped', null]),
    );
    await gone(pids);
    expect((await dev('down')).code).toBe(69);
  });

  it('takes no node more once it holds data, names --fresh, and leaves nothing running', async () => {
    const more = await dev('up', '-n', '5');
    expect(more.code).toBe(6);
    expect(more.stderr).toMatch(/^Error: .*holds data already/);
    expect(more.stderr).toContain('--fresh');
    await gone(processesOf(recordedState(dir)));
    const fewer = await dev('up', '-n', '2');
    expect(fewer.code).toBe(2);
    expect(fewer.stderr).toContain('this local cluster has 3 nodes, not 2');
  });

  it('has kept its data when it is up again, and none after --fresh', async () => {
    expect((await dev('up')).code).toBe(0);
    const got = await stage.command(['get', 'k', '-e', endpoints()]);
    expect(got).toMatchObject({ code: 0, stdout: 'v' });
    await dev('down');
    const fresh = await devJson('up', '-n', '1', '--fresh');
    expect(Object.keys(fresh.nodes)).toEqual(['n1']);
    expect((await stage.command(['get', 'k', '-e', endpoints()])).code).toBe(3);
    expect((await dev('down')).code).toBe(0);
  });
});
