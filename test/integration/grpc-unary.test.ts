import { Client, credentials, Metadata, status as codes } from '@grpc/grpc-js';
import type { MethodDefinition } from '@grpc/grpc-js';
import { service as healthService } from 'grpc-health-check';
import { afterEach, describe, expect, it } from 'vitest';
import { decodeError } from '../../src/client/grpc/wire/error-message.js';
import { versionToBytes } from '../../src/client/grpc/wire/version-bytes.js';
import { KvService } from '../../src/generated/kv/v1/kv.js';
import { KvError } from '../../src/node/core/errors.js';
import type { ClientResult } from '../../src/node/core/operations.js';
import { assert } from '../../src/stdx/assert.js';
import { utf8Decode, utf8Encode } from '../../src/stdx/bytes.js';
import { ProtoWriter } from '../../src/client/grpc/wire/proto-writer.js';
import { nextTurn } from '../../src/node/io/turn.js';
import { RawStream } from './raw-peer.js';
import { openClientPort } from './grpc-fixtures.js';
import type { ClientPort, ClientPortOptions } from './grpc-fixtures.js';

const VERSION = { ms: 1_767_225_600_123, logical: 7, writerHi: 0xdead_beef, writerLo: 1 };
const KEY = utf8Encode('k');
const ADDRESSED = { namespace: '', key: KEY, level: '', trace: false };

const FOUND: Extract<ClientResult, { kind: 'read' }> = {
  kind: 'read',
  found: true,
  value: undefined,
  version: VERSION,
  expiresAtMs: 1_767_225_700_000,
  coordinator: 'n1',
  tookMs: 1,
  trace: undefined,
};

/** The bytes of the error that a failed call carries. */
function trailerOf(failed: unknown): Buffer {
  assert(failed instanceof Error && 'metadata' in failed, 'the call failed');
  assert(failed.metadata instanceof Metadata, 'a failed call has trailers');
  const trailer = failed.metadata.get('kv-error-bin')[0];
  assert(trailer instanceof Buffer, 'the trailer is there');
  return trailer;
}

const WRITTEN: ClientResult = {
  kind: 'written',
  version: VERSION,
  acks: ['n1', 'n2'],
  coordinator: 'n1',
  tookMs: 0.75,
  warnings: [],
  trace: undefined,
};

describe('the client port for any gRPC client', () => {
  const closing: (() => void)[] = [];

  afterEach(() => {
    for (const close of closing.splice(0)) close();
  });

  async function open(options: ClientPortOptions = {}): Promise<{ port: ClientPort; kv: Client }> {
    const port = await openClientPort(options);
    const kv = new Client(`127.0.0.1:${port.port}`, credentials.createInsecure());
    closing.push(
      () => {
        port.close();
      },
      () => {
        kv.close();
      },
    );
    return { port, kv };
  }

  function call<Q, R>(client: Client, method: MethodDefinition<Q, R>, request: Q): Promise<R> {
    return new Promise((resolve, reject) => {
      client.makeUnaryRequest<Q, R>(
        method.path,
        method.requestSerialize,
        method.responseDeserialize,
        request,
        new Metadata(),
        { deadline: Date.now() + 10_000 },
        (error, response) => {
          if (error === null && response !== undefined) resolve(response);
          else reject(error ?? new Error('an empty answer'));
        },
      );
    });
  }

  it('reads and writes by unary calls, in the default namespace at its default level', async () => {
    const { port, kv } = await open({
      execute: (request, done) => {
        if (request.kind === 'put' || request.kind === 'delete') done(WRITTEN);
        else done({ ...FOUND, value: request.kind === 'get' ? utf8Encode('v') : undefined });
      },
    });
    const write = { ...ADDRESSED, version: new Uint8Array(0) };
    const put = { ...write, value: utf8Encode('v'), ttlMs: 5, version: versionToBytes(VERSION) };
    expect(await call(kv, KvService.put, put)).toMatchObject({
      acks: ['n1', 'n2'],
      coordinator: 'n1',
    });
    const deleted = await call(kv, KvService.delete, write);
    expect([...deleted.version]).toEqual([...versionToBytes(VERSION)]);
    const got = await call(kv, KvService.get, ADDRESSED);
    expect(got.found).toBe(true);
    expect([...(got.value ?? [])]).toEqual([...utf8Encode('v')]);
    expect(got.expiresAtMs).toBe(1_767_225_700_000);
    expect(await call(kv, KvService.exists, ADDRESSED)).toMatchObject({
      found: true,
      value: undefined,
    });
    expect(port.asked.map(({ request }) => request)).toMatchObject([
      { kind: 'put', namespace: 'default', level: '', ttlMs: 5, version: VERSION },
      { kind: 'delete', namespace: 'default', version: undefined },
      { kind: 'get', namespace: 'default' },
      { kind: 'exists', namespace: 'default' },
    ]);
    for (const { context } of port.asked) {
      expect(context.remainingMs).toBeGreaterThan(0);
      expect(context.remainingMs).toBeLessThanOrEqual(10_000);
    }
  });

  it('answers a write that brought its version with the one that superseded it', async () => {
    const { kv } = await open({
      execute: (_, done) => {
        done(new KvError('KV_SUPERSEDED', 'a newer version exists', { supersededBy: VERSION }));
      },
    });
    const older = { ...VERSION, ms: VERSION.ms - 1 };
    const put = { ...ADDRESSED, value: utf8Encode('v'), ttlMs: undefined };
    const failed: unknown = await call(kv, KvService.put, {
      ...put,
      version: versionToBytes(older),
    }).catch((reason: unknown) => reason);
    expect(failed).toMatchObject({ code: codes.FAILED_PRECONDITION });
    expect(decodeError(trailerOf(failed))).toMatchObject({
      code: 'KV_SUPERSEDED',
      supersededBy: VERSION,
    });
  });

  it('tells a failure by its status, in words, and whole in a trailer', async () => {
    const error = new KvError('KV_UNAVAILABLE', 'write needs 2 of 3 replicas, 1 is alive', {
      outcome: 'not_applied',
      replicas: [{ node: 'n2', state: 'down', detail: '14 s' }],
      hints: ['kv status'],
    });
    const { kv } = await open({
      execute: (_, done) => {
        done(error);
      },
    });
    const failed: unknown = await call(kv, KvService.get, ADDRESSED).catch(
      (reason: unknown) => reason,
    );
    expect(failed).toMatchObject({
      code: codes.UNAVAILABLE,
      details: 'KV_UNAVAILABLE: write needs 2 of 3 replicas, 1 is alive',
    });
    const { code, message, outcome, replicas, hints } = decodeError(trailerOf(failed));
    expect({ code, message, outcome, replicas, hints }).toEqual({
      code: error.code,
      message: error.message,
      outcome: error.outcome,
      replicas: error.replicas,
      hints: error.hints,
    });
  });

  it('refuses a version that is none, and a caller that may not', async () => {
    const { kv, port } = await open({
      identify: () => ({ kind: 'client', id: 'guest', roles: ['writer'] }),
    });
    const odd = { ...ADDRESSED, version: Uint8Array.of(1, 2, 3) };
    await expect(call(kv, KvService.delete, odd)).rejects.toMatchObject({
      code: codes.INVALID_ARGUMENT,
    });
    await expect(call(kv, KvService.get, ADDRESSED)).rejects.toMatchObject({
      code: codes.PERMISSION_DENIED,
    });
    expect(port.asked).toEqual([]);
  });

  it('reports its health as the readiness of the node', async () => {
    const { port, kv } = await open();
    const method: MethodDefinition<object, object> | undefined = healthService['Check'];
    assert(method !== undefined, 'the health service has a check');
    const check = (service: string): Promise<object> => call(kv, method, { service });
    for (const service of ['', 'kv.v1.Kv', 'kv.v1.Admin'])
      expect(await check(service)).toMatchObject({ status: 'NOT_SERVING' });
    port.server.setServing(true);
    for (const service of ['', 'kv.v1.Kv', 'kv.v1.Admin'])
      expect(await check(service)).toMatchObject({ status: 'SERVING' });
    await expect(check('kv.peer.v1.Peer')).rejects.toMatchObject({ code: codes.NOT_FOUND });
  });

  it('lists its services by reflection, and not those of peers', async () => {
    const { port } = await open();
    const path = '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo';
    const stream = new RawStream(port.port, path);
    closing.push(() => {
      stream.close();
    });
    // Field 7 of the request asks for the list of services.
    const request = new ProtoWriter(16);
    request.string(7, '*');
    stream.send(request.finish());
    while (stream.received.length === 0) await nextTurn();
    const listed = utf8Decode(stream.received[0]!);
    expect(listed).toContain('kv.v1.Kv');
    expect(listed).toContain('kv.v1.Admin');
    expect(listed).not.toContain('peer');
  });
});
