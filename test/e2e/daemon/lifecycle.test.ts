import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KvClient } from '../../../src/client/client.js';
import { connect } from '../../../src/cli/connect.js';
import { utf8Decode, utf8Encode } from '../../../src/stdx/bytes.js';
import { RealCluster } from '../real-cluster.js';
import { ROOT } from '../staged-process.js';
import { nodeArguments, startNode, whenReady, type RealNode } from '../real-node.js';
import { Stage } from '../stage.js';

let stage: Stage;

beforeEach(() => {
  stage = new Stage();
});

afterEach(async () => {
  await stage.clear();
});

async function get(node: RealNode, path: string): Promise<{ status: number; body: string }> {
  const response = await fetch(`http://${node.ready.http}${path}`);
  return { status: response.status, body: await response.text() };
}

describe('a node process', () => {
  it('writes where it listens to the ready file, and its log as JSON lines', async () => {
    const node = await startNode(stage, 'n1', ['--init']);
    const ports = [node.ready.listen, node.ready.peer, node.ready.http];
    expect(new Set(ports).size).toBe(3);
    for (const address of ports) expect(address).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(node.ready.pid).toBe(node.process.pid);
    const line: unknown = JSON.parse(await node.process.line(/serving clients on/));
    expect(line).toMatchObject({ node: 'n1', level: 30, listen: node.ready.listen });
  });

  it('answers /livez, /readyz and /metrics, and nothing else', async () => {
    const node = await startNode(stage, 'n1', ['--init']);
    expect(await get(node, '/livez')).toEqual({ status: 200, body: 'alive\n' });
    expect(await get(node, '/readyz')).toEqual({ status: 200, body: 'ready\n' });
    const metrics = await get(node, '/metrics');
    expect(metrics.status).toBe(200);
    for (const name of ['kv_store_batches_total', 'kv_gossip_rounds_total', 'process_cpu_seconds'])
      expect(metrics.body).toContain(`# HELP ${name}`);
    expect((await get(node, '/elsewhere')).status).toBe(404);
    const posted = await fetch(`http://${node.ready.http}/metrics`, { method: 'POST' });
    expect(posted.status).toBe(405);
  });

  it('keeps its data over a drain, and starts again without --init, on other ports', async () => {
    const first = await startNode(stage, 'n1', ['--init']);
    const put = await stage.command(['put', 'k', 'v', '-e', first.ready.listen]);
    expect(put.code).toBe(0);
    first.process.signal('SIGTERM');
    expect(await first.process.ended).toEqual({ code: 0, signal: null });
    expect(first.process.stdout).toContain('drained and stopped');

    const second = await startNode(stage, 'n1');
    expect(second.ready.nodeId).toBe(first.ready.nodeId);
    const got = await stage.command(['get', 'k', '-e', second.ready.listen]);
    expect(got).toMatchObject({ code: 0, stdout: 'v' });
  });

  it('keeps what it acknowledged when it is killed', async () => {
    const first = await startNode(stage, 'n1', ['--init']);
    await stage.command(['put', 'k', 'v', '-e', first.ready.listen]);
    await first.process.kill();
    const second = await startNode(stage, 'n1');
    const got = await stage.command(['get', 'k', '-e', second.ready.listen]);
    expect(got).toMatchObject({ code: 0, stdout: 'v' });
  });

  it('takes the log level from its file again at SIGHUP, and keeps it when the file is garbled', async () => {
    const config = join(stage.dir, 'kv.toml');
    writeFileSync(config, 'log-level = "error"\n');
    const { process } = await startNode(stage, 'n1', ['--init', '--config', config]);
    expect(process.stdout).toBe('');
    writeFileSync(config, 'log-level = "info"\n');
    process.signal('SIGHUP');
    await process.line(/SIGHUP: log level info/);
    writeFileSync(config, 'log-level = "loud"\n');
    process.signal('SIGHUP');
    await process.line(/SIGHUP: nothing was changed: .*\\"loud\\"/);
    process.signal('SIGTERM');
    await process.line(/SIGTERM: draining/);
    expect(await process.ended).toEqual({ code: 0, signal: null });
  });

  it('is not ready after a failed write of its store, says why, and serves again after a restart', async () => {
    // The shell lets files grow to 256 KiB: the log of the store fails beyond.
    const limited = await startLimited();
    const client = clientOf(limited);
    const large = new Uint8Array(100_000).fill(120);
    let acknowledged = 0;
    let refusal: unknown;
    for (; refusal === undefined && acknowledged < 10; acknowledged++) {
      try {
        await client.put(utf8Encode(`k${acknowledged}`), large);
      } catch (error) {
        refusal = error;
      }
    }
    acknowledged -= 1;
    expect(refusal).toMatchObject({ outcome: 'unknown' });
    expect(acknowledged).toBeGreaterThan(0);
    await expect(client.put(utf8Encode('later'), large)).rejects.toMatchObject({
      code: 'KV_STORE_FAILED',
      outcome: 'not_applied',
    });
    client.close();
    await limited.process.line(/File too large.*the store failed and acknowledges nothing more/);
    const ready = await get(limited, '/readyz');
    expect(ready.status).toBe(503);
    expect(ready.body).toContain('could not write and sync');
    expect((await get(limited, '/livez')).status).toBe(200);
    limited.process.signal('SIGTERM');
    expect(await limited.process.ended).toEqual({ code: 0, signal: null });

    const healthy = await startNode(stage, 'n1');
    expect((await get(healthy, '/readyz')).status).toBe(200);
    const again = clientOf(healthy);
    for (let i = 0; i < acknowledged; i++)
      expect((await again.get(utf8Encode(`k${i}`))).value).toEqual(large);
    again.close();
  });
});

describe('a signal to a node that is busy', () => {
  it('refuses new operations and lets the one in flight finish; a second signal stops at once', async () => {
    const cluster = await RealCluster.start(stage, 3);
    const n1 = cluster.node('n1');
    const client = clientOf(n1);
    await client.put(utf8Encode('k'), utf8Encode('v'), { level: 'all' });
    for (const name of ['n2', 'n3']) cluster.node(name).process.signal('SIGSTOP');
    // A quorum write through n1 waits for its deadline now, and the drain for the write.
    const put = client.put(utf8Encode('k'), utf8Encode('w')).catch((error: unknown) => error);
    await holds(client, 'w');
    n1.process.signal('SIGTERM');
    await n1.process.line(/SIGTERM: draining/);
    expect(await get(n1, '/readyz')).toMatchObject({ status: 503 });
    const refused = client.put(utf8Encode('l'), utf8Encode('w'), { timeoutMs: 300 });
    await expect(refused).rejects.toMatchObject({
      code: 'KV_NOT_READY',
      outcome: 'not_applied',
    });
    await insist(n1);
    expect(await n1.process.ended).toEqual({ code: 143, signal: null });
    expect(n1.process.stdout).toContain('SIGTERM again: stopping now');
    expect(n1.process.stdout).not.toContain('drained and stopped');
    expect(await put).toMatchObject({ code: 'KV_WRITE_TIMEOUT', outcome: 'unknown' });
    client.close();
  });
});

/** A client that knows this node alone. */
function clientOf(node: RealNode): KvClient {
  return connect({ endpoints: [node.client], dialTimeoutMs: undefined, timeoutMs: undefined });
}

/** A node whose files cannot grow beyond 256 KiB. */
async function startLimited(): Promise<RealNode> {
  const args = [process.execPath, `${ROOT}/bin/run.js`, ...nodeArguments(stage, 'n1', ['--init'])];
  const limited = stage.run(['sh', '-c', 'ulimit -f 512 && exec "$@"', 'sh', ...args]);
  return await whenReady(stage, 'n1', limited);
}

/** Until the node itself holds the value: its peers have it too, and do not answer. */
async function holds(client: KvClient, value: string): Promise<void> {
  for (let read = ''; read !== value;) {
    const result = await client.get(utf8Encode('k'), { level: 'one' });
    read = utf8Decode(result.value ?? new Uint8Array());
  }
}

/** Signals that are closer than half a second count as one: it is told until it has heard. */
async function insist({ process }: RealNode): Promise<void> {
  while (process.running) {
    process.signal('SIGTERM');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
