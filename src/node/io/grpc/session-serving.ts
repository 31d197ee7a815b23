import { Metadata } from '@grpc/grpc-js';
import type { ProtoWriter } from '../../../client/grpc/wire/proto-writer.js';
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
import type { FrameServerCall } from './serving-stream.js';

/** One session of a client: operations as they come, answers as they are ready. */
export class SessionServing {
  readonly #env: ClientServiceEnv;
  readonly #caller: Caller;
  readonly #stream: ServingStream<OpResult>;
  readonly #chunks = new ChunkAssembly();

  /** `ended` is called once, when the stream is gone. */
  constructor(call: FrameServerCall, env: ClientServiceEnv, ended: () => void) {
    this.#env = env;
    this.#caller = env.identify(call);
    const service = {
      format: {
        chunkField: SESSION_CHUNK_FIELD,
        bytesOf: (item: OpResult) => opResultBytes(item.result),
        write: (writer: ProtoWriter, item: OpResult) => {
          writeOpResult(writer, item);
        },
      },
      limitBytes: LIMITS.sessionQueueBytes,
      frame: (bytes: Buffer) => {
        this.#frame(bytes);
      },
      ended,
    };
    this.#stream = new ServingStream(call, service, env.listener);
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

  #frame(bytes: Uint8Array): void {
    const frame = decodeClientFrame(bytes);
    this.#serve(frame.ops);
    const whole = frame.chunk === undefined ? undefined : this.#chunks.add(frame.chunk);
    if (whole !== undefined) this.#serve(decodeClientFrame(whole).ops);
  }

  #serve(ops: readonly ClientOp[]): void {
    for (const { id, remainingMs, request } of ops) {
      const bytes = clientOpBytes(request);
      this.#stream.began(bytes);
      const context = { caller: this.#caller, remainingMs: remainingFrom(remainingMs) };
      executeAuthorized(this.#env.facade, { request, context }, (result) => {
        this.#stream.answer({ id, result }, bytes);
      });
    }
  }
}
