import { BadFrame } from '../../../client/grpc/wire/bad-frame.js';
import { ChunkAssembly } from '../../../client/grpc/wire/chunk.js';
import type { ProtoWriter } from '../../../client/grpc/wire/proto-writer.js';
import { KvError } from '../../core/errors.js';
import { LIMITS } from '../../core/limits.js';
import type { Hello } from '../../core/messages.js';
import type { Clock, Timer } from '../../env/clock.js';
import type { PeerHandler } from '../../env/transport.js';
import { failure } from './failure.js';
import type { GrpcListener } from './grpc-listener.js';
import { ServingStream } from './serving-stream.js';
import type { FrameServerCall } from './serving-stream.js';
import {
  decodePeerFrame,
  encodeHello,
  encodeRefusal,
  PEER_CHUNK_FIELD,
} from './wire/peer-frame.js';
import type { NumberedReply, NumberedRequest, PeerCodec, PeerFrame } from './wire/peer-frame.js';

/** The node behind the peer port. */
export interface PeerNode {
  readonly handler: PeerHandler;
  readonly hello: () => Hello;
}

/** What a served stream works with. */
export interface ServingEnv {
  readonly listener: GrpcListener;
  readonly clock: Clock;
}

/** One kind of stream between peers: its codec, and who answers its requests. */
export interface PeerProtocol<Q, R> {
  readonly codec: PeerCodec<Q, R>;
  serve(from: Hello, request: NumberedRequest<Q>, done: (reply: R) => void): void;
}

/** One stream that a peer opened: hello first, then requests, each answered once. */
export class PeerServing<Q, R> {
  readonly #node: PeerNode;
  readonly #protocol: PeerProtocol<Q, R>;
  readonly #stream: ServingStream<NumberedReply<R>>;
  readonly #chunks = new ChunkAssembly();
  readonly #helloTimer: Timer;
  #from: Hello | undefined;

  constructor(
    node: PeerNode,
    protocol: PeerProtocol<Q, R>,
    env: ServingEnv & { call: FrameServerCall },
  ) {
    this.#node = node;
    this.#protocol = protocol;
    const { codec } = protocol;
    const service = {
      format: {
        chunkField: PEER_CHUNK_FIELD,
        bytesOf: (item: NumberedReply<R>) => codec.replyBytes(item.reply),
        write: (writer: ProtoWriter, item: NumberedReply<R>) => {
          codec.writeReply(writer, item);
        },
      },
      limitBytes: LIMITS.peerQueueBytes,
      frame: (bytes: Buffer) => {
        this.#frame(decodePeerFrame(bytes, codec));
      },
      ended: () => {
        this.#helloTimer.cancel();
      },
    };
    this.#stream = new ServingStream(env.call, service, env.listener);
    this.#helloTimer = env.clock.after(LIMITS.dialMs, () => {
      env.call.emit('error', failure(new KvError('KV_USAGE', 'no hello came on the stream')));
    });
  }

  start(): void {
    this.#stream.start();
  }

  #frame(frame: PeerFrame<Q, R>): void {
    if (this.#from === undefined) {
      this.#greet(frame.hello);
      return;
    }
    this.#serve(this.#from, frame.requests);
    const whole = frame.chunk === undefined ? undefined : this.#chunks.add(frame.chunk);
    if (whole !== undefined)
      this.#serve(this.#from, decodePeerFrame(whole, this.#protocol.codec).requests);
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

  #serve(from: Hello, requests: readonly NumberedRequest<Q>[]): void {
    for (const numbered of requests) {
      const bytes = this.#protocol.codec.requestBytes(numbered.request);
      this.#stream.began(bytes);
      this.#protocol.serve(from, numbered, (reply) => {
        this.#stream.answer({ id: numbered.id, reply }, bytes);
      });
    }
  }
}
