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

/** What a link asks of the network it runs over. */
export interface SimWire {
  readonly random: Random;
  /** Latency of one message, drawn now. */
  latencyMs(): number;
  listenerAt(address: PeerAddress): Listener | undefined;
  /** Runs `deliver` in the process `to`, some latency from now, unless the message is lost. */
  send(from: SimProcess, to: SimProcess, deliver: () => void): void;
  forget(link: object): void;
}
