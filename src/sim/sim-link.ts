import { KvError, refusesIdentity } from '../node/core/errors.js';
import { LIMITS } from '../node/core/limits.js';
import type {
  ControlReply,
  ControlRequest,
  DataReply,
  DataRequest,
  Hello,
  MetaReply,
  MetaRequest,
} from '../node/core/messages.js';
import type { RepairReply, RepairRequest } from '../node/core/repair/repair-messages.js';
import { repairReplyBytes, repairRequestBytes } from '../node/core/repair/repair-size.js';
import type { LinkState, PeerAddress, PeerLink } from '../node/env/transport.js';
import { assert } from '../stdx/assert.js';
import { Backoff } from '../stdx/backoff.js';
import { PeerExchanges, type Pending, type Send } from './peer-exchanges.js';
import { once } from './once.js';
import { SMALL_BYTES, type Connection, type Listener, type SimWire } from './wire.js';
import type { SimProcess } from './sim-process.js';

/** What a call weighs on a link beside the usual, in bytes. */
interface CallWeight<Reply> {
  readonly sent: number;
  readonly received: (reply: Reply) => number;
}

/** A PeerLink over the simulated network: one hello per connection, then requests by function call with latency. */
export class SimLink implements PeerLink, Connection {
  readonly address: PeerAddress;
  readonly #network: SimWire;
  readonly #own: Listener;
  readonly #backoff: Backoff;
  readonly #exchanges: PeerExchanges;
  #state: LinkState = 'idle';
  #server: Listener | undefined;
  /** What this side said of itself when the connection was made. */
  #sent: Hello | undefined;
  #remote: Hello | undefined;
  #lastError: KvError;
  #roundTripMs: number | undefined;
  #queuedBytes = 0;
  #attempt = 0;
  #closed = false;

  constructor(network: SimWire, own: Listener, address: PeerAddress) {
    this.#network = network;
    this.#own = own;
    this.address = address;
    this.#exchanges = new PeerExchanges(own.process);
    this.#lastError = this.#unreachable('not connected');
    this.#backoff = new Backoff({
      baseMs: 50,
      maxMs: 1000,
      random: () => network.random.nextFloat(),
    });
  }

  state(): LinkState {
    return this.#state;
  }

  remote(): Hello | undefined {
    return this.#remote;
  }

  roundTripMs(): number | undefined {
    return this.#roundTripMs;
  }

  queuedBytes(): number {
    return this.#queuedBytes;
  }

  data(request: DataRequest, remainingMs: number, done: (reply: DataReply) => void): void {
    const bytes = request.key.length + (request.kind === 'write' ? request.record.length : 0);
    // One request may be larger than the bound by itself: it goes when it is alone.
    if (this.#queuedBytes > 0 && this.#queuedBytes + bytes > LIMITS.peerQueueBytes) {
      done({ kind: 'failed', code: 'KV_OVERLOADED', message: 'the queue to the peer is full' });
      return;
    }
    this.#queuedBytes += bytes;
    const leaveQueue = once(() => {
      this.#queuedBytes -= bytes;
    });
    const settle: Pending<DataReply> = {
      answer: (reply) => {
        leaveQueue();
        done(reply);
      },
      fail: (error) => {
        leaveQueue();
        const code = error.code === 'KV_READ_TIMEOUT' ? 'timeout' : error.code;
        done({ kind: 'failed', code, message: error.message });
      },
    };
    this.#exchange<DataReply>(remainingMs, settle, (server, pending) => {
      this.#send(server, SMALL_BYTES + bytes, () => {
        leaveQueue();
        server.handler.data(this.#hello(), { request, remainingMs }, (reply) => {
          const value = reply.kind === 'value' ? reply.record : undefined;
          this.#receive(server, SMALL_BYTES + (value?.length ?? 0), () => {
            pending.answer(reply);
          });
        });
      });
    });
  }

  control(request: ControlRequest, remainingMs: number): Promise<ControlReply> {
    const startMs = this.#own.process.monotonicMs();
    return this.#call(remainingMs, async (server) => {
      const reply = await server.handler.control(this.#hello(), request, remainingMs);
      this.#roundTripMs = this.#own.process.monotonicMs() - startMs;
      return reply;
    });
  }

  meta(request: MetaRequest, remainingMs: number): Promise<MetaReply> {
    return this.#call(remainingMs, (server) =>
      server.handler.meta(this.#hello(), request, remainingMs),
    );
  }

  repair(request: RepairRequest, remainingMs: number): Promise<RepairReply> {
    return this.#call(
      remainingMs,
      (server) => server.handler.repair(this.#hello(), request, remainingMs),
      { sent: repairRequestBytes(request), received: repairReplyBytes },
    );
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#break(this.#unreachable('the link was closed'));
    this.#network.forget(this);
  }

  belongsTo(process: SimProcess): boolean {
    return this.#own.process === process;
  }

  joins(one: string, other: string): boolean {
    const remote = this.#server?.process.name;
    const own = this.#own.process.name;
    return (own === one && remote === other) || (own === other && remote === one);
  }

  resetBy(process: SimProcess): void {
    const server = this.#server;
    if (server?.process !== process) return;
    // The machine tells of it, though the process is gone.
    const latencyMs = this.#network.latencyMs(process.name, this.#own.process.name);
    this.#own.process.after(latencyMs, () => {
      if (this.#server === server) this.broken('the connection was reset');
    });
  }

  broken(why: string): void {
    this.#own.process.run(() => {
      this.#break(this.#unreachable(why));
    });
  }

  #send(server: Listener, bytes: number, deliver: () => void): void {
    this.#network.send({ from: this.#own.process, to: server.process, bytes, deliver });
  }

  #receive(server: Listener, bytes: number, deliver: () => void): void {
    this.#network.send({ from: server.process, to: this.#own.process, bytes, deliver });
  }

  #call<Reply>(
    remainingMs: number,
    ask: (server: Listener) => Promise<Reply>,
    weight: CallWeight<Reply> = { sent: 0, received: () => 0 },
  ): Promise<Reply> {
    return new Promise((resolve, reject) => {
      this.#exchange<Reply>(remainingMs, { answer: resolve, fail: reject }, (server, pending) => {
        this.#send(server, SMALL_BYTES + weight.sent, () => {
          const back = (deliver: () => void, bytes = 0): void => {
            this.#receive(server, SMALL_BYTES + bytes, deliver);
          };
          ask(server).then(
            (reply) => {
              back(() => {
                pending.answer(reply);
              }, weight.received(reply));
            },
            (error: unknown) => {
              // Production tells a defect to the peer; here it ends the run, instead of looking like an answer.
              if (!(error instanceof KvError)) throw error;
              back(() => {
                if (refusesIdentity(error.code)) this.#own.handler.refused(this.address, error);
                pending.fail(error);
              });
            },
          );
        });
      });
    });
  }

  #exchange<Reply>(remainingMs: number, settle: Pending<Reply>, send: Send<Reply>): void {
    if (this.#state === 'broken' || this.#closed) {
      settle.fail(this.#lastError);
      return;
    }
    this.#exchanges.begin(this.#server, { remainingMs, settle, send });
    if (this.#state === 'idle') this.#dial();
  }

  #dial(): void {
    if (this.#closed) return;
    const attempt = ++this.#attempt;
    if (this.#state === 'idle') this.#state = 'connecting';
    const deadline = this.#own.process.after(LIMITS.dialMs, () => {
      if (attempt === this.#attempt && this.#state !== 'ready')
        this.#break(this.#unreachable('no answer to the dial'));
    });
    const server = this.#network.listenerAt(this.address);
    if (server === undefined) {
      deadline.cancel();
      this.#own.process.after(
        this.#network.latencyMs(this.#own.process.name, this.address.host),
        () => {
          if (attempt === this.#attempt) this.#break(this.#unreachable('connection refused'));
        },
      );
      return;
    }
    const sent = this.#own.hello();
    this.#sent = sent;
    this.#send(server, SMALL_BYTES, () => {
      const refusal = server.handler.admit(sent);
      const hello = server.hello();
      this.#receive(server, SMALL_BYTES, () => {
        deadline.cancel();
        if (attempt === this.#attempt && !this.#closed) this.#greet(server, hello, refusal);
      });
    });
  }

  #greet(server: Listener, hello: Hello, refusal: KvError | undefined): void {
    if (refusal !== undefined) this.#own.handler.refused(this.address, refusal);
    const problem = refusal ?? this.#own.handler.admit(hello);
    if (problem !== undefined) {
      this.#break(problem);
      return;
    }
    // It ended while its hello was on the way: its machine resets what nobody listens to.
    if (this.#network.listenerAt(this.address) !== server) {
      this.#break(this.#unreachable('the connection was reset'));
      return;
    }
    this.#server = server;
    this.#remote = hello;
    this.#state = 'ready';
    this.#backoff.reset();
    this.#exchanges.startAll(server);
  }

  #break(error: KvError): void {
    this.#state = 'broken';
    this.#server = undefined;
    this.#lastError = error;
    this.#attempt += 1;
    this.#exchanges.failAll(error);
    if (!this.#closed) {
      this.#own.process.after(this.#backoff.nextMs(), () => {
        this.#dial();
      });
    }
  }

  #hello(): Hello {
    assert(this.#sent !== undefined, 'a request follows a hello');
    return this.#sent;
  }

  #unreachable(why: string): KvError {
    return new KvError('KV_UNREACHABLE', `${this.address.host}:${this.address.port}: ${why}`);
  }
}
