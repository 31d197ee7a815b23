import type { FrameFormat } from '../../../client/grpc/frame-sender.js';
import { BadFrame } from '../../../client/grpc/wire/bad-frame.js';
import { ChunkAssembly } from '../../../client/grpc/wire/chunk.js';
import { KvError } from '../../core/errors.js';
import { LIMITS } from '../../core/limits.js';
import type { Hello } from '../../core/messages.js';
import type { Timer } from '../../env/clock.js';
import type { PeerHandler } from '../../env/transport.js';
import { assert } from '../../../stdx/assert.js';
import { failure } from './failure.js';
import { ServingStream } from './serving-stream.js';
import type { FrameServerCall, ServingEnv, StreamService } from './serving-stream.js';
import {
  decodePeerFrame,
  encodeHello,
  encodeRefusal,
  PEER_CHUNK_FIELD,
} from './wire/peer-frame.js';
import type { NumberedReply, NumberedRequest, PeerCodec } from './wire/peer-frame.js';

/** The node behind the peer port. */
export interface PeerNode {
  readonly handler: PeerHandler;
  readonly hello: () => Hello;
}

/** One kind of stream between peers: its codec, and who answers its requests. */
export interface PeerProtocol<Q, R> {
  readonly codec: PeerCodec<Q, R>;
  serve(from: Hello, request: NumberedRequest<Q>, done: (reply: R) => void): void;
}

/** One stream that a peer opened: hello first, then requests, each answered once. */
export class PeerServing<Q, R> implements StreamService<NumberedRequest<Q>, NumberedReply<R>> {
  readonly format: FrameFormat<NumberedReply<R>>;
  readonly limitBytes = LIMITS.peerQueueBytes;
  readonly #node: PeerNode;
  readonly #protocol: PeerProtocol<Q, R>;
  readonly #stream: ServingStream<NumberedRequest<Q>, NumberedReply<R>>;
  readonly #chunks = new ChunkAssembly();
  readonly #helloTimer: Timer;
  #from: Hello | undefined;

  constructor(
    node: PeerNode,
    protocol: PeerProtocol<Q, R>,
    env: ServingEnv & { readonly call: FrameServerCall },
  ) {
    this.#node = node;
    this.#protocol = protocol;
    const { codec } = protocol;
    this.format = {
      chunkField: PEER_CHUNK_FIELD,
      bytesOf: ({ reply }) => codec.replyBytes(reply),
      write: (writer, item) => {
        codec.writeReply(writer, item);
      },
    };
    this.#stream = new ServingStream(env.call, this, env);
    this.#helloTimer = env.clock.after(LIMITS.dialMs, () => {
      env.call.emit('error', failure(new KvError('KV_USAGE', 'no hello came on the stream')));
    });
  }

  start(): void {
    this.#stream.start();
  }

  requestsIn(bytes: Buffer): readonly NumberedRequest<Q>[] {
    const { codec } = this.#protocol;
    const frame = decodePeerFrame(bytes, codec);
    if (this.#from === undefined) {
      this.#greet(frame.hello);
      return [];
    }
    const whole = frame.chunk === undefined ? undefined : this.#chunks.add(frame.chunk);
    if (whole === undefined) return frame.requests;
    return [...frame.requests, ...decodePeerFrame(whole, codec).requests];
  }

  requestBytes({ request }: NumberedRequest<Q>): number {
    return this.#protocol.codec.requestBytes(request);
  }

  serve(
    { id, request }: NumberedRequest<Q>,
    remainingMs: number,
    done: (answer: NumberedReply<R>) => void,
  ): void {
    assert(this.#from !== undefined, 'a request follows a hello');
    this.#protocol.serve(this.#from, { id, request, remainingMs }, (reply) => {
      done({ id, reply });
    });
  }

  ended(): void {
    this.#helloTimer.cancel();
  }

  #greet(hello: Hello | undefined): void {
    if (hello === undefined) throw new BadFrame('a stream that does not begin with a hello');
    this.#helloTimer.cancel();
    const refusal = this.#node.handler.admit(hello);
    if (refusal === undefined) {
      this.#from = hello;
      this.#stream.greet(encodeHello(this.#node.hello()));
    } else {
      this.#stream.greet(encodeRefusal(refusal));
      this.#stream.end();
    }
  }
}
