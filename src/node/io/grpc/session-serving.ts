import { Metadata } from '@grpc/grpc-js';
import type { FrameFormat } from '../../../client/grpc/frame-sender.js';
import { ChunkAssembly } from '../../../client/grpc/wire/chunk.js';
import {
  clientOpBytes,
  decodeClientFrame,
  SESSION_CHUNK_FIELD,
} from '../../../client/grpc/wire/client-frame.js';
import type { ClientOp } from '../../../client/grpc/wire/client-frame.js';
import { opResultBytes, writeOpResult } from '../../../client/grpc/wire/server-frame.js';
import type { OpResult } from '../../../client/grpc/wire/server-frame.js';
import type { Caller } from '../../core/access/caller.js';
import { LIMITS } from '../../core/limits.js';
import { remainingFrom } from './call-deadline.js';
import type { ClientServiceEnv } from './client-env.js';
import { executeAuthorized } from './execute-authorized.js';
import { ServingStream } from './serving-stream.js';
import type { FrameServerCall, StreamService } from './serving-stream.js';

/** One session of a client: operations as they come, answers as they are ready. */
export class SessionServing implements StreamService<ClientOp, OpResult> {
  readonly format: FrameFormat<OpResult> = {
    chunkField: SESSION_CHUNK_FIELD,
    bytesOf: ({ result }) => opResultBytes(result),
    write: writeOpResult,
  };
  readonly limitBytes = LIMITS.sessionQueueBytes;
  readonly ended: () => void;
  readonly #env: ClientServiceEnv;
  readonly #caller: Caller;
  readonly #stream: ServingStream<ClientOp, OpResult>;
  readonly #chunks = new ChunkAssembly();

  /** `ended` is called once, when the stream is gone. */
  constructor(call: FrameServerCall, env: ClientServiceEnv, ended: () => void) {
    this.#env = env;
    this.ended = ended;
    this.#caller = env.identify(call);
    this.#stream = new ServingStream(call, this, env);
    // The headers at once: they tell the client that it has reached a node.
    call.sendMetadata(new Metadata());
    this.#stream.start();
  }

  /** Operations in work. */
  working(): number {
    return this.#stream.working();
  }

  /** Ends the session after the answers that are written. */
  end(): void {
    this.#stream.end();
  }

  requestsIn(bytes: Buffer): readonly ClientOp[] {
    const frame = decodeClientFrame(bytes);
    const whole = frame.chunk === undefined ? undefined : this.#chunks.add(frame.chunk);
    const chunked = whole === undefined ? [] : decodeClientFrame(whole).ops;
    return [...frame.ops, ...chunked].map((op) => ({
      ...op,
      remainingMs: remainingFrom(op.remainingMs),
    }));
  }

  requestBytes({ request }: ClientOp): number {
    return clientOpBytes(request);
  }

  serve({ id, request }: ClientOp, remainingMs: number, done: (answer: OpResult) => void): void {
    const context = { caller: this.#caller, remainingMs };
    executeAuthorized(this.#env.facade, { request, context }, (result) => {
      done({ id, result });
    });
  }
}
