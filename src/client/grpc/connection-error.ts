import { status as codes } from '@grpc/grpc-js';
import type { StatusObject } from '@grpc/grpc-js';
import { KvError } from '../../node/core/errors.js';
import { decodeError, ERROR_TRAILER } from './wire/error-message.js';

/** What gRPC says of a failed dial, and what a person calls it. */
const REASONS: readonly (readonly [pattern: RegExp, reason: string])[] = [
  [/ECONNREFUSED/, 'connection refused'],
  [/ECONNRESET/, 'connection reset'],
  [/EHOSTUNREACH|ENETUNREACH/, 'no route to the host'],
  [/ETIMEDOUT/, 'no answer'],
  [/ENOTFOUND|EAI_AGAIN|Name resolution failed/, 'the host name does not resolve'],
  [/Failed to connect|before starting HTTP/, 'the connection was closed before an answer'],
  [/Connection dropped/, 'the connection dropped'],
];

/** What gRPC says when something else than HTTP/2 came back. */
const NOT_HTTP2 = /Protocol error|bad client magic|HTTP\/1/i;

/**
 * What a failed call means: the coded error that the server sent, or what became of the connection.
 * KV_NOT_A_KV_NODE when something answered that does not speak gRPC, or not this service.
 */
export function connectionError(
  target: { readonly host: string; readonly port: number },
  { code, details, metadata }: StatusObject,
): KvError {
  const trailer = metadata.get(ERROR_TRAILER)[0];
  if (trailer instanceof Buffer) return serverError(trailer);
  const address = `${target.host}:${target.port}`;
  if (code === codes.UNIMPLEMENTED)
    return new KvError(
      'KV_NOT_A_KV_NODE',
      `${address} answers, but does not serve this interface of kv`,
    );
  if (code === codes.UNAVAILABLE && NOT_HTTP2.test(details))
    return new KvError('KV_NOT_A_KV_NODE', `${address} does not speak gRPC`);
  if (code === codes.UNAVAILABLE)
    return new KvError('KV_UNREACHABLE', `${address}: ${reasonIn(details)}`);
  if (code === codes.DEADLINE_EXCEEDED || code === codes.CANCELLED)
    return new KvError('KV_UNREACHABLE', `${address}: no answer`);
  return new KvError('KV_UNREACHABLE', `${address}: ${codes[code]}: ${details}`);
}

function serverError(trailer: Buffer): KvError {
  try {
    return decodeError(trailer);
  } catch (cause) {
    return new KvError('KV_INTERNAL', 'the node answered with an error that does not parse', {
      cause,
    });
  }
}

function reasonIn(details: string): string {
  return REASONS.find(([pattern]) => pattern.test(details))?.[1] ?? details;
}
