import type { Hello } from '../node/core/messages.js';
import type { Random } from '../node/env/random.js';
import type { PeerAddress, PeerHandler } from '../node/env/transport.js';
import type { SimProcess } from './sim-process.js';

/** A process that accepts peers at an address. */
export interface Listener {
  readonly process: SimProcess;
  readonly handler: PeerHandler;
  readonly hello: () => Hello;
}

/** One message on its way. */
export interface Parcel {
  readonly from: SimProcess;
  readonly to: SimProcess;
  /** What it weighs on a link of limited bandwidth. */
  readonly bytes: number;
  /** Runs in the process `to` when it arrives; perhaps twice, perhaps never. */
  readonly deliver: () => void;
}

/** One side's end of a connection. */
export interface Connection {
  belongsTo(process: SimProcess): boolean;
  /** True when it goes from one of the machines to the other. */
  joins(one: string, other: string): boolean;
  /** The process at the other end is gone: it breaks, some latency from now, if that is its other end. */
  resetBy(process: SimProcess): void;
  /** It breaks now. */
  broken(why: string): void;
}

/** What a link asks of the network it runs over. */
export interface SimWire {
  readonly random: Random;
  /** Latency of one message, drawn now. */
  latencyMs(from: string, to: string): number;
  listenerAt(address: PeerAddress): Listener | undefined;
  /** Delivers some latency from now, unless the message is lost. */
  send(parcel: Parcel): void;
  forget(connection: Connection): void;
}

/** What a message without a payload of note weighs. */
export const SMALL_BYTES = 128;
