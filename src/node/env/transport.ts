import type { KvError } from '../core/errors.js';
import type {
  ControlReply,
  ControlRequest,
  DataReply,
  DataRequest,
  Hello,
  MetaReply,
  MetaRequest,
} from '../core/messages.js';
import type { RepairReply, RepairRequest } from '../core/repair/repair-messages.js';

/** Where the peer listener of a node is. */
export interface PeerAddress {
  readonly host: string;
  readonly port: number;
}

/**
 * State of the connections to one peer.
 * `idle`: never tried. `connecting`: the first dial. `broken`: the last attempt failed or the stream ended; it reconnects by
 * itself with jittered backoff and stays `broken` until that succeeds, so that nobody waits for it.
 */
export type LinkState = 'idle' | 'connecting' | 'ready' | 'broken';

/** The client side of the connections to one peer: data, control and repair go over connections of their own. */
export interface PeerLink {
  readonly address: PeerAddress;
  /** State of the data connection. */
  state(): LinkState;
  /** What the peer said of itself at the last accepted hello. */
  remote(): Hello | undefined;
  /** Round trip of the last control exchange in ms, or undefined. */
  roundTripMs(): number | undefined;
  /** Bytes queued towards the peer and not yet sent. */
  queuedBytes(): number;
  /**
   * Sends one data request; all that are sent in one turn of the event loop travel together.
   * `done` is called exactly once, possibly before this returns, with a reply, or with `{ kind: 'failed' }`:
   * code KV_OVERLOADED when the queue is full, KV_UNREACHABLE when the link is broken or breaks, or 'timeout' at the deadline.
   */
  data(request: DataRequest, remainingMs: number, done: (reply: DataReply) => void): void;
  /** @throws KvError KV_UNREACHABLE, KV_OVERLOADED, or the code with which the peer refused. */
  control(request: ControlRequest, remainingMs: number): Promise<ControlReply>;
  /** @throws KvError as `control`. */
  meta(request: MetaRequest, remainingMs: number): Promise<MetaReply>;
  /** A question of anti-entropy, on a connection of its own. @throws KvError as `control`. */
  repair(request: RepairRequest, remainingMs: number): Promise<RepairReply>;
  close(): void;
}

/** A data request that has arrived, and how long its sender still waits. */
export interface DataCall {
  readonly request: DataRequest;
  readonly remainingMs: number;
}

/** The node's side of what arrives from peers. A refused hello ends the connection. */
export interface PeerHandler {
  /** Undefined accepts; an error refuses, and travels to the peer. Called on both sides, with the other's hello. */
  admit(remote: Hello): KvError | undefined;
  data(from: Hello, call: DataCall, done: (reply: DataReply) => void): void;
  control(from: Hello, request: ControlRequest, remainingMs: number): Promise<ControlReply>;
  meta(from: Hello, request: MetaRequest, remainingMs: number): Promise<MetaReply>;
  repair(from: Hello, request: RepairRequest, remainingMs: number): Promise<RepairReply>;
  /** The other side refused our hello with this error. */
  refused(address: PeerAddress, error: KvError): void;
}

/** The network between nodes; frames that do not parse end their connection and are counted. */
export interface Transport {
  /** The own hello, asked for at every connection (a node that joins belongs to a cluster only afterwards). */
  start(handler: PeerHandler, hello: () => Hello): void;
  /** A link to an address; the caller keeps and closes it. Nothing is dialled before the first request. */
  link(address: PeerAddress): PeerLink;
  /** Stops accepting, ends all links. */
  close(): Promise<void>;
}
