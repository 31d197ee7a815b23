import type { handleUnaryCall, sendUnaryData, ServerUnaryCall } from '@grpc/grpc-js';
import { versionFromBytes, versionToBytes } from '../../../client/grpc/wire/version-bytes.js';
import { KvService } from '../../../generated/kv/v1/kv.js';
import type {
  DeleteRequest,
  GetRequest,
  PutRequest,
  ReadResponse,
  WriteResponse,
} from '../../../generated/kv/v1/kv.js';
import { KvError } from '../../core/errors.js';
import { LIMITS } from '../../core/limits.js';
import type { ClientRequest, ClientResult } from '../../core/operations.js';
import type { Version } from '../../core/version/version.js';
import { assert } from '../../../stdx/assert.js';
import { remainingOf } from './call-deadline.js';
import type { ClientServiceEnv } from './client-env.js';
import { executeAuthorized } from './execute-authorized.js';
import { failure, toKvError } from './failure.js';
import { rawMethod } from './raw-method.js';
import type { FrameServerCall } from './serving-stream.js';
import { SessionServing } from './session-serving.js';

/** The sessions that a node serves now. */
export interface Sessions {
  readonly size: number;
  /** Operations in work in all of them. */
  working(): number;
  end(): void;
}

/** Serves kv.v1.Kv on the listener. */
export function addKvService(env: ClientServiceEnv): Sessions {
  const sessions = new Set<SessionServing>();
  const session = (call: FrameServerCall): void => {
    if (sessions.size >= LIMITS.clientStreams) {
      call.emit('error', failure(new KvError('KV_OVERLOADED', 'the node serves no more sessions')));
      return;
    }
    const serving: SessionServing = new SessionServing(call, env, () => sessions.delete(serving));
    sessions.add(serving);
  };
  env.listener.server.addService(
    { ...KvService, session: rawMethod(KvService.session) },
    {
      session,
      get: unary(env, (message: GetRequest) => ({ kind: 'get', ...message }), readResponse),
      exists: unary(env, (message: GetRequest) => ({ kind: 'exists', ...message }), readResponse),
      put: unary(env, putRequest, writeResponse),
      delete: unary(env, deleteRequest, writeResponse),
    },
  );
  return {
    get size() {
      return sessions.size;
    },
    working: () => [...sessions].reduce((sum, serving) => sum + serving.working(), 0),
    end: () => {
      for (const serving of sessions) serving.end();
    },
  };
}

function unary<Q, R>(
  env: ClientServiceEnv,
  requestOf: (message: Q) => ClientRequest,
  responseOf: (result: ClientResult) => R,
): handleUnaryCall<Q, R> {
  return (call: ServerUnaryCall<Q, R>, callback: sendUnaryData<R>) => {
    try {
      const request = requestOf(call.request);
      const remainingMs = remainingOf(call, env.clock.wallMs());
      const context = { caller: env.identify(call), remainingMs };
      executeAuthorized(env.facade, { request, context }, (result) => {
        if (result instanceof KvError) callback(failure(result));
        else callback(null, responseOf(result));
      });
    } catch (error) {
      if (!(error instanceof KvError)) throw error;
      callback(failure(toKvError(error)));
    }
  };
}

function putRequest({ version, ttlMs, ...message }: PutRequest): ClientRequest {
  return { kind: 'put', ...message, ttlMs, version: versionOf(version) };
}

function deleteRequest({ version, ...message }: DeleteRequest): ClientRequest {
  return { kind: 'delete', ...message, version: versionOf(version) };
}

function readResponse(result: ClientResult): ReadResponse {
  assert(result.kind === 'read', 'a read is answered by a read');
  const { found, value, version, expiresAtMs, coordinator, tookMs, trace } = result;
  return {
    found,
    value,
    version: versionToBytes(version),
    expiresAtMs,
    coordinator,
    tookMs,
    trace,
  };
}

function writeResponse(result: ClientResult): WriteResponse {
  assert(result.kind === 'written', 'a write is answered by a write');
  const { version, acks, coordinator, tookMs, warnings, trace } = result;
  return { version: versionToBytes(version), acks, coordinator, tookMs, warnings, trace };
}

function versionOf(bytes: Uint8Array): Version | undefined {
  const version = versionFromBytes(bytes);
  if (version === undefined && bytes.length > 0)
    throw new KvError('KV_USAGE', `a version has 16 bytes, not ${bytes.length}`);
  return version;
}
