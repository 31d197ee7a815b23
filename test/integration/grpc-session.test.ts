import { afterEach, describe, expect, it } from 'vitest';
import { KvService } from '../../src/generated/kv/v1/kv.js';
import { ProtoWriter } from '../../src/client/grpc/wire/proto-writer.js';
import { writeClientOp } from '../../src/client/grpc/wire/client-frame.js';
import { GrpcClientTransport } from '../../src/client/grpc/grpc-client-transport.js';
import { assert } from '../../src/stdx/assert.js';
import { utf8Encode } from '../../src/stdx/bytes.js';
import { KvError } from '../../src/node/core/errors.js';
import { LIMITS } from '../../src/node/core/limits.js';
import type { ClientRequest, ClientResult } from '../../src/node/core/operations.js';
import { GrpcClientServer } from '../../src/node/io/grpc/grpc-client-server.js';
import { nextTurn } from '../../src/node/io/turn.js';
import { RawStream } from './raw-peer.js';
import { TRACE } from './example-views.js';
import { openClientPort, realEnv } from './grpc-fixtures.js';
import type { ClientPort, ClientPortOptions } from './grpc-fixtures.js';

const VERSION = { ms: 1_767_225_600_123, logical: 7, writerHi: 0xdead_beef, writerLo: 1 };
const BASE = { namespace: 'default', key: utf8Encode('k'), level: 'quorum', trace: false };
const GET: ClientRequest = { kind: 'get', ...BASE };

const put = (size = 3): ClientRequest => ({
  kind: 'put',
  ...BASE,
  value: new Uint8Array(size).fill(7),
  ttlMs: undefined,
  version: VERSION,
});

const FOUND: ClientResult = {
  kind: 'read',
  found: true,
  value: undefined,
  version: undefined,
  expiresAtMs: undefined,
  coordinator: 'n1',
  tookMs: 1,
  trace: undefined,
};

const WRITTEN: ClientResult = {
  kind: 'written',
  version: VERSION,
  acks: ['n1', 'n2'],
  coordinator: 'n1',
  tookMs: 0.75,
  warnings: ['two members for three copies'],
  trace: TRACE,
};

describe('a session with a node', () => {
  const closing: (() => void)[] = [];

  afterEach(() => {
    for (const close of closing.splice(0)) close();
  });

  async function open(options: ClientPortOptions = {}): Promise<ClientPort> {
    const port = await openClientPort(options);
    closing.push(() => {
      port.close();
    });
    return port;
  }

  it('is dialled by the first operation', async () => {
    const { connection, get, server } = await open();
    expect(connection.state()).toBe('idle');
    expect(await get('k')).toMatchObject({ kind: 'read', found: true, coordinator: 'n1' });
    expect(connection.state()).toBe('ready');
    expect(server.streams()).toBe(1);
  });

  it('brings every operation and every result whole', async () => {
    const requests: ClientRequest[] = [
      GET,
      { ...BASE, kind: 'exists', trace: true, level: 'local-one', namespace: 'other' },
      put(),
      {
        ...BASE,
        kind: 'put',
        value: new Uint8Array(0),
        ttlMs: 0,
        version: undefined,
      },
      { ...BASE, kind: 'delete', version: VERSION },
    ];
    const results: (ClientResult | KvError)[] = [
      {
        kind: 'read',
        found: true,
        value: new Uint8Array(0),
        version: VERSION,
        expiresAtMs: 1_767_225_700_000,
        coordinator: 'n2',
        tookMs: 0,
        trace: undefined,
      },
      {
        kind: 'read',
        found: false,
        value: undefined,
        version: undefined,
        expiresAtMs: undefined,
        coordinator: 'n1',
        tookMs: 1.5,
        trace: TRACE,
      },
      WRITTEN,
      new KvError('KV_UNAVAILABLE', 'write needs 2 of 3 replicas, 1 is alive', {
        outcome: 'not_applied',
        replicas: [
          { node: 'n2', state: 'down', detail: '14 s' },
          { node: 'n3', state: 'down', detail: undefined },
        ],
        hints: ['kv status'],
      }),
      { ...WRITTEN, acks: [], warnings: [], trace: undefined },
    ];
    let next = 0;
    const port = await open({
      execute: (_, done) => {
        done(results[next++]!);
      },
    });
    for (const [index, request] of requests.entries()) {
      const [given, got] = [results[index], await port.operate(request)];
      expect(port.asked[index]!.request).toEqual(request);
      if (given instanceof KvError) expect(facts(got)).toEqual(facts(given));
      else expect(got).toEqual(given);
    }
  });

  it('answers each of a thousand operations of one turn with its own result', async () => {
    const { connection } = await open({
      execute: (request, done) => {
        done({ ...WRITTEN, coordinator: String(request.key.length) });
      },
    });
    const got: string[] = [];
    for (let i = 1; i <= 1000; i++)
      connection.operate({ ...GET, key: new Uint8Array(i) }, 5_000, (result) => {
        assert(!(result instanceof KvError), 'the operation succeeded');
        got[i] = result.coordinator;
      });
    while (Object.keys(got).length < 1000) await nextTurn();
    for (let i = 1; i <= 1000; i++) expect(got[i]).toBe(String(i));
  });

  it.each([300 * 1024, LIMITS.valueBytesHard])(
    'carries values of %i bytes both ways',
    async (size) => {
      const { operate } = await open({
        execute: (request, done) => {
          const value = request.kind === 'put' ? request.value : undefined;
          done({ ...FOUND, value });
        },
      });
      const result = await operate(put(size), 20_000);
      assert(!(result instanceof KvError) && result.kind === 'read', 'the operation succeeded');
      expect(result.value?.length).toBe(size);
      expect(result.value?.every((byte) => byte === 7)).toBe(true);
    },
  );

  it('tells the node what is left of the deadline, and who asks', async () => {
    const port = await open();
    await port.get('k');
    const { caller, remainingMs } = port.asked[0]!.context;
    expect(caller).toMatchObject({ kind: 'client' });
    expect(caller.id).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(remainingMs).toBeGreaterThan(0);
    expect(remainingMs).toBeLessThanOrEqual(5_000);
  });

  it('refuses what the caller may not do', async () => {
    const { operate, get, asked } = await open({
      identify: () => ({ kind: 'client', id: 'guest', roles: ['reader'] }),
    });
    expect(await get('k')).toMatchObject({ kind: 'read' });
    expect(await operate(put())).toMatchObject({ code: 'KV_FORBIDDEN', outcome: 'not_applied' });
    expect(asked).toHaveLength(1);
  });

  it('at the deadline, a write may have happened and a read has only failed', async () => {
    const { operate, get } = await open({
      execute: (request, done) => {
        if (request.key.length > 1) done(WRITTEN);
      },
    });
    await get('connected');
    expect(await operate(put(), 50)).toMatchObject({
      code: 'KV_WRITE_TIMEOUT',
      outcome: 'unknown',
    });
    expect(await operate(GET, 50)).toMatchObject({ code: 'KV_READ_TIMEOUT' });
  });

  it('that breaks fails what was sent, and says of what was not that nothing happened', async () => {
    const port = await open({ execute: () => undefined });
    const sent = [port.operate(put(), 60_000), port.operate(GET, 60_000)];
    while (port.asked.length < 2) await nextTurn();
    port.server.close();
    const [write, read] = await Promise.all(sent);
    expect(write).toMatchObject({ code: 'KV_WRITE_TIMEOUT', outcome: 'unknown' });
    expect(read).toMatchObject({ code: 'KV_READ_TIMEOUT' });
    expect(port.connection.state()).toBe('broken');
    expect(await port.operate(put(), 60_000)).toMatchObject({
      code: 'KV_UNREACHABLE',
      outcome: 'not_applied',
    });
  });

  it('comes back when the node does', async () => {
    const port = await open();
    await port.get('k');
    port.server.close();
    while (port.connection.state() !== 'broken') await nextTurn();
    const again = new GrpcClientServer({
      ...realEnv(),
      facade: {
        execute: (_, __, done) => {
          done(WRITTEN);
        },
        admin: {} as never,
      },
    });
    closing.push(() => {
      again.close();
    });
    await again.listen({ host: '127.0.0.1', port: port.port });
    while (port.connection.state() !== 'ready') await nextTurn();
    expect(await port.operate(put())).toEqual(WRITTEN);
  });

  it('queues so much towards a node that does not read, and no more', async () => {
    const { connection, asked } = await open({ execute: () => undefined });
    const size = 1024 * 1024;
    const refused: unknown[] = [];
    let sentAfter = 0;
    // The node holds this much in work, then stops reading; the window and the queue of this side fill after it.
    while (refused.length === 0) {
      connection.operate(put(size), 60_000, (result) => refused.push(result));
      sentAfter += 1;
      await nextTurn();
      expect(sentAfter * size).toBeLessThan(3 * (LIMITS.sessionQueueBytes + 4 * 1024 * 1024));
    }
    expect(refused).toMatchObject([{ code: 'KV_OVERLOADED', outcome: 'not_applied' }]);
    expect(asked.length * size).toBeLessThanOrEqual(LIMITS.sessionQueueBytes + size);
  });

  it('takes up no more work while its client does not take the answers', async () => {
    const size = 1024 * 1024;
    const port = await open({
      execute: (_, done) => {
        setImmediate(done, { ...FOUND, value: new Uint8Array(size) });
      },
    });
    const stream = new RawStream(port.port, KvService.session.path);
    stream.call.pause();
    const operations = 300;
    for (let i = 1; i <= operations; i++) stream.send(frameOf({ id: i, request: GET }));
    // A new connection is served only after the server has had turns enough to read all of the first.
    for (let i = 0; i < 20; i++) await port.get('k');
    expect(port.asked.length - 20).toBeLessThan((2 * LIMITS.sessionQueueBytes) / size);
    stream.call.resume();
    while (port.asked.length < operations + 20) await nextTurn();
    stream.close();
  });

  it('is ended after its answers by a drain, and its port is closed to others', async () => {
    const done: ((result: ClientResult) => void)[] = [];
    const port = await open({ execute: (_, answer) => void done.push(answer) });
    const operation = port.operate(put());
    while (done.length === 0) await nextTurn();
    let drained = false;
    const draining = port.server.drain(60_000).then(() => {
      drained = true;
    });
    await nextTurn();
    expect(drained).toBe(false);
    done[0]!(WRITTEN);
    expect(await operation).toEqual(WRITTEN);
    await draining;
    while (port.connection.state() === 'ready') await nextTurn();
    while (port.server.streams() > 0) await nextTurn();
    const late = new GrpcClientTransport(realEnv()).connect(port.connection.endpoint);
    await expect(late.describe(5_000)).rejects.toMatchObject({ code: 'KV_UNREACHABLE' });
    late.close();
  });
});

function frameOf({ id, request }: { id: number; request: ClientRequest }): Buffer {
  const writer = new ProtoWriter(64);
  writeClientOp(writer, { id, request, remainingMs: 60_000 });
  return writer.finish();
}

/** What an error carries besides its stack. */
function facts(error: unknown): unknown {
  assert(error instanceof KvError, 'the operation failed');
  const { code, message, outcome, replicas, hints } = error;
  return { code, message, outcome, replicas, hints };
}
