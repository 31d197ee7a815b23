import type { ServiceError } from '@grpc/grpc-js';
import { AdminService } from '../../generated/kv/v1/admin.js';
import type { WatchTick as TickMessage } from '../../generated/kv/v1/admin.js';
import { KvError } from '../../node/core/errors.js';
import type { WatchTick } from '../../node/core/views/event-views.js';
import { addressOf } from './connection.js';
import type { Connection } from './connection.js';
import { connectionError } from './connection-error.js';
import { BadFrame } from './wire/bad-frame.js';
import { tickFromMessage } from './wire/gossip-message.js';

/** The live view, tick by tick, as fast as it is taken; ends quietly when `signal` aborts. @throws KvError when the stream ends */
export async function* watchTicks(
  connection: Connection,
  intervalMs: number,
  signal: AbortSignal,
): AsyncGenerator<WatchTick, void, undefined> {
  const aborted = (): boolean => signal.aborted;
  if (aborted()) return;
  const { call, release } = connection.serverStream(AdminService.watch, { intervalMs });
  const cancel = (): void => {
    call.cancel();
  };
  signal.addEventListener('abort', cancel);
  // The iteration below listens only while it runs; the cancel at its end is told as an error too.
  call.on('error', () => undefined);
  try {
    const messages: AsyncIterable<TickMessage> = call;
    for await (const message of messages) {
      if (aborted()) return;
      yield tickFromMessage(message);
    }
    if (!aborted()) throw unreachable(connection, 'the node ended the watch');
  } catch (error) {
    if (!aborted()) throw watchError(connection, error);
  } finally {
    signal.removeEventListener('abort', cancel);
    release();
    call.cancel();
  }
}

function watchError(connection: Connection, error: unknown): unknown {
  if (isServiceError(error)) return connectionError(connection.target, error);
  if (error instanceof BadFrame) return unreachable(connection, error.message);
  return error;
}

function unreachable(connection: Connection, why: string): KvError {
  return new KvError('KV_UNREACHABLE', `${addressOf(connection.target)}: ${why}`);
}

function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && 'code' in error && 'metadata' in error;
}
