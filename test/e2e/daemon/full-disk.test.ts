import { afterEach, beforeEach, expect, it } from 'vitest';
import { startNode } from '../real-node.js';
import { Stage } from '../stage.js';

let stage: Stage;

beforeEach(() => {
  stage = new Stage();
});

afterEach(async () => {
  await stage.clear();
});

it('a node with less free space than its reserve answers reads, refuses writes with 75, and says so', async () => {
  const first = await startNode(stage, 'n1', ['--init']);
  const endpoint = ['-e', first.ready.listen];
  expect((await stage.command(['put', 'k', 'v', ...endpoint])).code).toBe(0);
  first.process.signal('SIGTERM');
  await first.process.ended;

  // No disk has as much: the node takes it for full.
  const full = await startNode(stage, 'n1', ['--disk-reserve', '1000PiB']);
  const at = ['-e', full.ready.listen];
  const refused = await stage.json(['put', 'k', 'w', ...at]);
  expect(refused.code).toBe(75);
  expect(refused.document).toMatchObject({ error: { code: 'KV_DISK_FULL', retryable: true } });
  const read = await stage.command(['get', 'k', ...at]);
  expect(read.stdout.trim()).toBe('v');

  const ready = await fetch(`http://${full.ready.http}/readyz`);
  expect(ready.status).toBe(200);
  const metrics = await (await fetch(`http://${full.ready.http}/metrics`)).text();
  expect(metrics).toMatch(/^kv_disk_full 1$/m);
  const status = await stage.command(['status', ...at]);
  expect(status.stdout).toContain('takes no writes: the disk of this node is nearly full');
});
