import { Metadata, status as codes } from '@grpc/grpc-js';
import type { ServiceError } from '@grpc/grpc-js';
import { encodeError, ERROR_TRAILER } from '../../../client/grpc/wire/error-message.js';
import { KvError } from '../../core/errors.js';

/** The gRPC form of a coded error: the status of its row, `CODE: message` for people, the whole error in a trailer. */
export function failure(error: KvError): ServiceError {
  const metadata = new Metadata();
  metadata.set(ERROR_TRAILER, encodeError(error));
  const details = `${error.code}: ${error.message}`;
  return Object.assign(new Error(details), { code: codes[error.row.grpc], details, metadata });
}

/** The error itself when it has a code; any other is a defect, told as KV_INTERNAL. */
export function toKvError(error: unknown): KvError {
  if (error instanceof KvError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new KvError('KV_INTERNAL', message, { cause: error });
}
