import { KvError } from '../../../../src/node/core/errors.js';
import type { ClientRequest, ClientResult } from '../../../../src/node/core/operations.js';
import type { Version } from '../../../../src/node/core/version/version.js';
import { utf8Decode, utf8Encode } from '../../../../src/stdx/bytes.js';

type Put = Extract<ClientRequest, { kind: 'put' }>;
type Delete = Extract<ClientRequest, { kind: 'delete' }>;
type Get = Extract<ClientRequest, { kind: 'get' }>;
export type Written = Extract<ClientResult, { kind: 'written' }>;
export type Read = Extract<ClientResult, { kind: 'read' }>;

export function put(key: string, value: string, options: Partial<Put> = {}): Put {
  return {
    kind: 'put',
    namespace: 'default',
    key: utf8Encode(key),
    value: utf8Encode(value),
    level: 'quorum',
    trace: false,
    version: undefined,
    ttlMs: undefined,
    ...options,
  };
}

export function remove(key: string, level = 'quorum'): Delete {
  const { kind: _kind, value: _value, ttlMs: _ttl, ...write } = put(key, '', { level });
  return { kind: 'delete', ...write };
}

export function get(key: string, level = 'quorum', options: Partial<Get> = {}): Get {
  return {
    kind: 'get',
    namespace: 'default',
    key: utf8Encode(key),
    level,
    trace: false,
    ...options,
  };
}

export function exists(key: string, level = 'quorum'): ClientRequest {
  return { ...get(key, level), kind: 'exists' };
}

export function version(ms: number, writer = 9): Version {
  return { ms, logical: 0, writerHi: 0, writerLo: writer };
}

/** The write, or a failure that shows the error. */
export function written(result: ClientResult | KvError): Written {
  if (result instanceof KvError) throw result;
  if (result.kind !== 'written') throw new Error(`a ${result.kind}, not a write`);
  return result;
}

/** The read, or a failure that shows the error. */
export function read(result: ClientResult | KvError): Read {
  if (result instanceof KvError) throw result;
  if (result.kind !== 'read') throw new Error(`a ${result.kind}, not a read`);
  return result;
}

/** The error, or a failure that shows the result. */
export function failed(result: ClientResult | KvError): KvError {
  if (result instanceof KvError) return result;
  throw new Error(`it succeeded: ${JSON.stringify(result)}`);
}

export function text(value: Uint8Array | undefined): string | undefined {
  return value === undefined ? undefined : utf8Decode(value);
}
