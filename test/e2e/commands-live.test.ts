import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { openSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventsSuite } from './events-suite.js';
import { kill, runKv, startKv, TestNodes, type NodeProcess } from './kv-process.js';
import { namespaceSuite } from './namespace-suite.js';
import { drainSuite } from './drain-suite.js';
import { topologySuite } from './topology-suite.js';

const everyByte = Uint8Array.from({ length: 1024 }, (_, i) => i % 256);
const VERSION = /^[0-9a-f]{16}-[0-9a-f]{16}$/;

/** A document of a command; what is used of it is asserted where it is used. */
interface Document {
  readonly schemaVersion: number;
  readonly command: string;
  readonly cluster?: string;
  readonly viewedFrom?: string;
  readonly at: string;
  readonly result: Readonly<Record<string, unknown>>;
  readonly error?: Readonly<Record<string, unknown>>;
}

describe('commands against three nodes', () => {
  const nodes = new TestNodes();
  let running: readonly NodeProcess[];
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kv-commands-'));
    running = await nodes.start(3);
    const ready = await kv('status', '--until', 'healthy', '--timeout', '30s');
    expect(ready).toMatchObject({ code: 0, stderr: '' });
  });

  afterAll(async () => {
    await nodes.stop();
    await rm(folder, { recursive: true });
  });

  const env = (): NodeJS.ProcessEnv => ({ KV_ENDPOINTS: running[0]!.listen });
  const kv = (...args: readonly string[]) => runKv(args, { env: env() });

  async function json(...args: readonly string[]): Promise<Document> {
    const { stdout, stderr } = await kv(...args, '--json');
    expect(stderr).toBe('');
    return JSON.parse(stdout) as Document;
  }

  describe('values', () => {
    it('come back through pipes byte for byte', async () => {
      const input = { env: env(), input: everyByte };
      const puts = [runKv(['put', 'bytes', '-'], input), runKv(['put', 'implied'], input)];
      expect((await Promise.all(puts)).map(({ code }) => code)).toEqual([0, 0]);

      for (const got of await Promise.all([kv('get', 'bytes'), kv('get', 'implied')]))
        expect(got.bytes).toEqual(Buffer.from(everyByte));
    });

    it('come back through files byte for byte', async () => {
      const [from, to] = [join(folder, 'from'), join(folder, 'to')];
      await writeFile(from, everyByte);
      await kv('put', 'file', '--file', from);
      const got = await kv('get', 'file', '--out', to);

      expect(got).toMatchObject({ code: 0, stdout: '', stderr: '' });
      expect(await readFile(to)).toEqual(Buffer.from(everyByte));
    });

    it('are acknowledged in a line, and in JSON with version and replicas', async () => {
      const text = await kv('put', 'cart:9', '{"n":1}', '-c', 'all');
      const { result, command } = await json('put', 'cart:9', '{"n":2}', '--ttl', '1h');

      expect(text.stdout).toMatch(/^cart:9 written by n\d n\d n\d in [\d.]+m?s, version \S+\n$/);
      expect(command).toBe('put');
      expect(result).toMatchObject({
        ...{ key: 'cart:9', encoding: 'utf8', bytes: 7, ttlMs: 3_600_000 },
        version: expect.stringMatching(VERSION) as string,
        acks: expect.arrayContaining([expect.stringMatching(/^n\d$/)]) as string[],
        coordinator: 'n1',
      });
    });

    it('are in JSON what they are, with their version and their end', async () => {
      await Promise.all([
        kv('put', 'text', 'ü', '--ttl', '1h'),
        runKv(['put', 'binary', '-'], { env: env(), input: Uint8Array.from([255, 0]) }),
      ]);
      const { code, stdout } = await kv('get', 'text', 'binary', 'nothing', '--json');

      expect(code).toBe(3);
      expect((JSON.parse(stdout) as Document).result).toMatchObject({
        items: [
          {
            ...{ key: 'text', encoding: 'utf8', found: true, value: 'ü', valueEncoding: 'utf8' },
            version: expect.stringMatching(VERSION) as string,
            expiresAt: expect.stringMatching(/^20\d\d-.*Z$/) as string,
          },
          { key: 'binary', found: true, value: '/wA=', valueEncoding: 'base64' },
          { key: 'nothing', found: false },
        ],
      });
    });

    it('of several keys are framed, and what is not there is said on standard error', async () => {
      await kv('put', 'a', 'x');
      const { code, stdout, stderr } = await kv('get', 'a', 'nothing');

      expect({ code, stdout, stderr }).toEqual({
        code: 3,
        stdout: 'a\t1\nx\n',
        stderr: 'nothing not found\n',
      });
    });

    it('may have keys that are no text', async () => {
      await kv('put', '00ff', 'v', '--key-encoding', 'hex');

      expect((await kv('get', 'AP8=', '--key-encoding', 'base64')).stdout).toBe('v');
    });

    it('are gone after a delete, for get and for exists', async () => {
      await kv('put', 'gone', 'v');
      const there = await kv('exists', 'gone');
      const deleted = await json('delete', 'gone');
      const got = await kv('get', 'gone');
      const exists = await kv('exists', 'gone', '-q');

      expect(there).toMatchObject({ code: 0, stdout: 'yes\n' });
      expect(deleted.result).toMatchObject({ key: 'gone', items: [{ key: 'gone' }] });
      expect(got).toMatchObject({ code: 3, stdout: '', stderr: 'gone not found\n' });
      expect(exists).toMatchObject({ code: 3, stdout: '', stderr: '' });
    });

    it('are traced on standard error, away from the value', async () => {
      await kv('put', 'traced', 'v');
      const [text, { result }] = await Promise.all([
        kv('get', 'traced', '--trace'),
        json('get', 'traced', '--trace'),
      ]);

      expect(text.stdout).toBe('v');
      expect(text.stderr).toMatch(/^get traced {2}quorum 2\/3 {2}OK .*\n.*\nn\d /);
      expect(result).toMatchObject({ items: [{ trace: { level: 'quorum', outcome: 'ok' } }] });
    });

    it('that are too large are refused by the cluster', async () => {
      const { code, stderr } = await runKv(['put', 'large', '-'], {
        env: env(),
        input: new Uint8Array(1024 * 1024 + 1),
      });

      expect(code).toBe(2);
      expect(stderr).toContain('KV_VALUE_TOO_LARGE');
    });

    it('may be read by somebody who goes away', async () => {
      await runKv(['put', 'long', '-'], { env: env(), input: new Uint8Array(1024 * 1024) });
      const child = startKv(['get', 'long'], { env: env() });
      let stderr = '';
      child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
      child.stdout.destroy();
      const [code] = (await once(child, 'close')) as [number | null];

      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    });

    it('that cannot be written to a full disk say so with 74', async () => {
      const child = spawn(process.execPath, ['bin/run.js', 'get', 'a'], {
        env: { ...process.env, ...env() },
        stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'],
      });
      let stderr = '';
      child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
      const [code] = (await once(child, 'close')) as [number | null];

      expect(code).toBe(74);
      expect(stderr).toMatch(/^Error: .*standard output: ENOSPC/);
    });
  });

  namespaceSuite({ kv, json });
  eventsSuite({ kv, env });

  describe('views', () => {
    it.each([
      [
        // A busy machine may make a node suspect for a moment.
        'status --until healthy --timeout 30s',
        /^kv {2}HEALTHY {3}3 nodes: 3 up/,
        { health: 'HEALTHY', viewedFrom: 'n1' },
      ],
      ['node list', /^ {2}NODE .*\n\* n1 {4}up/, { nodes: [{ name: 'n1' }, {}, {}] }],
      ['node show n2', /^n2 {2}up {3}kv, view of n1\n/, { node: { name: 'n2', state: 'up' } }],
      ['ring show', /^ring [0-9a-f]{8} {2}epoch \d+ {2}3 nodes x 128 vnodes/, { ranges: [] }],
      ['ring show --all', /\n0x[0-9a-f]{8} {2}0x[0-9a-f]{8} /, { nodes: [{ name: 'n1' }, {}, {}] }],
      [
        'ring owners user:1042',
        /^key {4}user:1042 \(9 B utf8\) {4}token 0x99426228/,
        { key: 'user:1042', encoding: 'utf8', token: 0x99426228, replicas: [{}, {}, {}] },
      ],
      ['ring owners k --offline', /\n1 {2}primary {2}n\d/, { replicas: [{}, {}, {}] }],
      ['repair list', /^no repairs were asked for/, { repairs: [] }],
      ['repair status', /^no repairs were asked for/, { repairs: [] }],
      [
        'repair --dry-run',
        /^Plan {2}every range: 384 ranges, 1048576 slots .*\n {6}owners n1 384, n2 384, n3 384\n$/,
        { dryRun: true, plan: { ranges: 384, partial: 0, blocked: 0, owners: [{}, {}, {}] } },
      ],
      [
        'namespace list',
        /^NAME +REPLICATION +COPIES +TTL +CONSISTENCY +MODE +ID\ndefault +cluster default +dc1=3 +none +quorum +lww +1\n$/,
        { namespaces: [{ id: 1, name: 'default', copies: { dc1: 3 } }] },
      ],
      [
        'namespace show default',
        /^default\n {2}replication {2}cluster default\n/,
        { namespace: { name: 'default' } },
      ],
      [
        'events --kind metadata',
        /^20\d\d-\d\d-\d\d UTC\n {2}\d\d:\d\d:\d\d n\d metadata {2}epoch \d+: /,
        { events: expect.arrayContaining([expect.objectContaining({ kind: 'metadata' })]) as [] },
      ],
      ['hints list', /^no hints\n$/, { targets: [], repairMarkedSlots: 0 }],
      ['gossip', /^view of n1 {2}round \d+ /, { nodes: [{ name: 'n1', upIn: 3 }, {}, {}] }],
      [
        'gossip matrix',
        /\nn1 {10}\. {2}\. {2}\.\n/,
        { observers: [{ node: 'n1', sees: { n1: 'up', n2: 'up', n3: 'up' } }, {}, {}] },
      ],
    ])('%s is text for people and JSON for programs', async (command, text, result) => {
      const args = command.split(' ');
      const [forPeople, forPrograms] = await Promise.all([kv(...args), json(...args)]);

      expect(forPeople).toMatchObject({ code: 0, stderr: '' });
      expect(forPeople.stdout).toMatch(text);
      expect(forPeople.stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
      expect(forPrograms).toMatchObject({ schemaVersion: 1, viewedFrom: 'n1', result });
      expect(forPrograms.command).toBe(
        args.slice(0, forPrograms.command.split(' ').length).join(' '),
      );
    });

    it('of repairs tell of one that was asked for', async () => {
      const { code, stdout, stderr } = await kv('repair', '--key', 'user:1042');
      const id = /^r-[0-9a-f]{4}/.exec(stdout)?.[0] ?? '';

      expect(code).toBe(0);
      expect(stdout).toMatch(/^r-[0-9a-f]{4} {2}done {2}.* 1 of 1 range /);
      expect(stderr).toContain(`Repair ${id} started on n1. Ctrl-C detaches`);
      expect((await json('repair', 'watch', id)).result).toMatchObject({ id, state: 'done' });
      expect((await json('repair', 'cancel', id)).result).toMatchObject({ id, state: 'done' });
      const detached = await json('repair', '--node', 'n2', '--detach');
      expect(detached.result).toMatchObject({ job: { node: 'n1', scope: 'node n2' } });
      expect((await kv('repair', 'list')).stdout).toContain(`${id}  done`);
      expect(await kv('repair', 'cancel', 'r-none')).toMatchObject({ code: 2, stdout: '' });
    });

    it('of a node that does not exist name one that does', async () => {
      const { code, stderr } = await kv('node', 'show', 'n9');

      expect(code).toBe(2);
      expect(stderr).toContain('no node is called n9');
    });

    it('are one line each as ndjson, and have no header when it is not wanted', async () => {
      const [line, bare] = await Promise.all([
        kv('node', 'list', '-o', 'ndjson'),
        kv('node', 'list', '--no-header'),
      ]);

      expect(line.stdout.trimEnd().split('\n')).toHaveLength(1);
      expect(bare.stdout).toMatch(/^\* n1/);
    });

    it('end with 130 when a watch is interrupted', async () => {
      const child = startKv(['status', '-w', '--interval', '50ms', '-o', 'ndjson'], { env: env() });
      const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
      await lines.next();
      await lines.next();
      child.kill('SIGINT');
      const [code] = (await once(child, 'exit')) as [number | null];

      expect(code).toBe(130);
    });
  });

  // Late: nodes come and go, and at its end there are the same three.
  drainSuite({ kv, json });
  topologySuite({ kv, json, add: (name) => nodes.add(name) });

  // The last one: it takes a node away.
  describe('when the node that was asked is killed', () => {
    it('a watch goes on with another, and commands say what is wrong', async () => {
      const watch = startKv(['status', '-w', '--interval', '200ms', '-o', 'ndjson'], {
        env: env(),
      });
      let seenFrom: string | undefined;
      for await (const line of createInterface({ input: watch.stdout })) {
        const document = JSON.parse(line) as Document;
        if (seenFrom === undefined) await kill(running[0]!.child);
        seenFrom = document.viewedFrom;
        const rows = document.result['nodes'] as readonly { name: string; state: string }[]; // rows of a status
        if (seenFrom !== 'n1' && rows.some(({ name, state }) => name === 'n1' && state === 'down'))
          break;
      }
      await kill(watch);
      expect(seenFrom).not.toBe('n1');

      const other = { KV_ENDPOINTS: `${running[0]!.listen},${running[1]!.listen}` };
      const run = (...args: readonly string[]) => runKv(args, { env: other });
      const all = await run('put', 'cart:9', 'v', '-c', 'all');
      expect(all.code).toBe(75);
      expect(all.stderr).toMatch(/^Error: cart:9 was not written: .* needs 3 of 3 replicas, 2 /);
      expect(all.stderr).toContain('  try      kv put cart:9 - -c quorum');
      const [put, degraded, critical] = await Promise.all([
        run('put', 'cart:9', 'v'),
        run('status', '--fail-on', 'degraded'),
        run('status', '--fail-on', 'critical'),
      ]);
      expect([put.code, degraded.code, critical.code]).toEqual([0, 5, 0]);
      const late = await run('status', '--until', 'healthy', '--timeout', '1s');
      expect(late.code).toBe(124);
      expect(late.stdout).toContain('DEGRADED');
      const matrix = await run('gossip', 'matrix', '--json');
      expect((JSON.parse(matrix.stdout) as Document).result).toMatchObject({
        observers: [{ node: 'n1', sees: null }, { node: 'n2', sees: { n1: 'down' } }, {}],
      });
    });
  });
});
