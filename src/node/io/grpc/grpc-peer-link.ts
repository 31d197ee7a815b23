import { Connection } from '../../../client/grpc/connection.js';
import { errorFromMessage } from '../../../client/grpc/wire/error-message.js';
import { required } from '../../../client/grpc/wire/required.js';
import { BadFrame } from '../../../client/grpc/wire/bad-frame.js';
import { PeerService } from '../../../generated/kv/peer/v1/peer.js';
import type { MetaResponse } from '../../../generated/kv/peer/v1/peer.js';
import { KvError, refusesIdentity } from '../../core/errors.js';
import type { ErrorCode } from '../../core/errors.js';
import { LIMITS } from '../../core/limits.js';
import type {
  ControlReply,
  ControlRequest,
  DataReply,
  DataRequest,
  Hello,
  MetaReply,
  MetaRequest,
} from '../../core/messages.js';
import type { RepairReply, RepairRequest } from '../../core/repair/repair-messages.js';
import type { LinkState, PeerAddress, PeerLink } from '../../env/transport.js';
import { PeerStream } from './peer-stream.js';
import type { PeerStreamEnv, Settle } from './peer-stream.js';
import { controlCodec } from './wire/control-codec.js';
import { dataCodec } from './wire/data-codec.js';
import { metaReplyOf, metaRequestBody } from './wire/meta-message.js';
import { repairReplyOf, repairRequestBody } from './wire/repair-message.js';

/** The client side of the three connections to one peer: one for data, one for control and metadata, one for repair. */
export class GrpcPeerLink implements PeerLink {
  readonly address: PeerAddress;
  readonly #env: PeerStreamEnv;
  readonly #controlConnection: Connection;
  readonly #repairConnection: Connection;
  readonly #data: PeerStream<DataRequest, DataReply>;
  readonly #control: PeerStream<ControlRequest, ControlReply | KvError>;
  readonly #closed: () => void;
  #roundTripMs: number | undefined;

  constructor(address: PeerAddress, env: PeerStreamEnv, closed: () => void) {
    this.address = address;
    this.#env = env;
    this.#closed = closed;
    const { data, control } = PeerService;
    const dataConnection = new Connection(address, env.clock);
    this.#controlConnection = new Connection(address, env.clock);
    const receiveBytes = LIMITS.peerReceiveBytes;
    this.#repairConnection = new Connection(address, env.clock, { receiveBytes });
    this.#data = new PeerStream(dataConnection, { path: data.path, codec: dataCodec }, env);
    const controlKind = { path: control.path, codec: controlCodec };
    this.#control = new PeerStream(this.#controlConnection, controlKind, env);
  }

  state(): LinkState {
    return this.#data.state();
  }

  remote(): Hello | undefined {
    return this.#data.remote() ?? this.#control.remote();
  }

  roundTripMs(): number | undefined {
    return this.#roundTripMs;
  }

  queuedBytes(): number {
    return this.#data.queuedBytes() + this.#control.queuedBytes();
  }

  data(request: DataRequest, remainingMs: number, done: (reply: DataReply) => void): void {
    this.#data.ask(request, remainingMs, new DataSettle(done));
  }

  control(request: ControlRequest, remainingMs: number): Promise<ControlReply> {
    const startMs = this.#env.clock.monotonicMs();
    return new Promise((resolve, reject) => {
      this.#control.ask(request, remainingMs, {
        answer: (reply) => {
          this.#roundTripMs = this.#env.clock.monotonicMs() - startMs;
          if (!(reply instanceof KvError)) {
            resolve(reply);
            return;
          }
          // Admitted by its hello, and found out since: the connection lives on, so this is how the node learns of it.
          if (refusesIdentity(reply.code)) this.#env.refused(reply);
          reject(reply);
        },
        fail: (code, message) => {
          reject(new KvError(code === 'timeout' ? 'KV_READ_TIMEOUT' : code, message));
        },
      });
    });
  }

  async meta(request: MetaRequest, remainingMs: number): Promise<MetaReply> {
    const message = { hello: this.#env.hello(), remainingMs, body: metaRequestBody(request) };
    const response = await this.#controlConnection.unary(PeerService.meta, message, remainingMs);
    return this.#parsed(this.#controlConnection, () => metaReplyOf(this.#bodyOf(response)));
  }

  async repair(request: RepairRequest, remainingMs: number): Promise<RepairReply> {
    const { epoch, namespace, question } = request;
    const body = repairRequestBody(question);
    const message = { hello: this.#env.hello(), remainingMs, epoch, namespace, body };
    const response = await this.#repairConnection.unary(PeerService.repair, message, remainingMs);
    return this.#parsed(this.#repairConnection, () => repairReplyOf(this.#bodyOf(response)));
  }

  close(): void {
    this.#data.close();
    this.#control.close();
    this.#repairConnection.discard();
    this.#closed();
  }

  #parsed<R>(connection: Connection, parse: () => R): R {
    try {
      return parse();
    } catch (cause) {
      if (!(cause instanceof BadFrame)) throw cause;
      this.#env.badFrames.inc();
      connection.discard();
      const { host, port } = this.address;
      throw new KvError('KV_UNREACHABLE', `${host}:${port}: ${cause.message}`, { cause });
    }
  }

  /** The body of a unary answer, after both sides have admitted each other. */
  #bodyOf<B extends { readonly $case: string }>({
    hello,
    body,
  }: UnaryAnswer<B>): Exclude<B, Refused> | undefined {
    if (isRefused(body)) {
      const error = errorFromMessage(body.value);
      this.#env.refused(error);
      throw error;
    }
    const refusal = this.#env.admit(required(hello));
    if (refusal !== undefined) throw refusal;
    // Whatever is left of the union.
    return body as Exclude<B, Refused> | undefined;
  }
}

type Refused = Extract<NonNullable<MetaResponse['body']>, { $case: 'refused' }>;

interface UnaryAnswer<B> {
  readonly hello?: MetaResponse['hello'];
  readonly body?: B | Refused | undefined;
}

function isRefused(body: { readonly $case: string } | undefined): body is Refused {
  return body?.$case === 'refused';
}

/** Tells the outcome of a data request as its reply. */
class DataSettle implements Settle<DataReply> {
  readonly #done: (reply: DataReply) => void;

  constructor(done: (reply: DataReply) => void) {
    this.#done = done;
  }

  answer(reply: DataReply): void {
    this.#done(reply);
  }

  fail(code: ErrorCode | 'timeout', message: string): void {
    this.#done({ kind: 'failed', code, message });
  }
}
