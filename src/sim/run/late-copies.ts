import type { Hello, WriteRequest } from '../../node/core/messages.js';
import { tokenOf } from '../../node/core/ring/token.js';
import { encodeDataKey } from '../../node/core/version/data-key.js';
import { decodeRecord } from '../../node/core/version/record-codec.js';
import type { Random } from '../../node/env/random.js';
import type { DataCall, PeerHandler, Transport } from '../../node/env/transport.js';
import { toHex } from '../../stdx/bytes.js';
import type { NodeRun } from '../node-run.js';
import type { SimProcess } from '../sim-process.js';
import { delegating, withHandler } from './handler-tap.js';

/** The share of purges after which something older comes. */
const SHARE = 0.7;
const WITHIN_MS = 15_000;

/** A write that a node has confirmed. */
interface Confirmed {
  readonly from: Hello;
  readonly call: DataCall;
}

/**
 * Lets writes come to a node again after it has purged the delete that buried them, as they were, as a hint, or as a read repair: as if they had been
 * on their way, or kept by somebody who stood still, for that long. Nothing must come of it.
 */
export class LateCopies {
  readonly #random: Random;
  /** By machine and key: the last value. */
  readonly #confirmed = new Map<string, Confirmed>();
  readonly #running = new Map<string, { readonly process: SimProcess; handler: PeerHandler }>();

  constructor(random: Random) {
    this.#random = random;
  }

  /** The transport of one run of a node, whose confirmed writes are remembered. */
  watch({ machine: { name }, process }: NodeRun, transport: Transport): Transport {
    return withHandler(transport, (handler) => {
      this.#running.set(name, { process, handler });
      return {
        ...delegating(handler),
        data: (from, call, done) => {
          handler.data(from, call, (reply) => {
            if (reply.kind === 'written') this.#remember(name, { from, call });
            done(reply);
          });
        },
      };
    });
  }

  /** A node has purged a tombstone of this key. */
  purged(name: string, key: Uint8Array): void {
    const confirmed = this.#confirmed.get(nameOf(name, key));
    const running = this.#running.get(name);
    if (this.#random.nextFloat() >= SHARE || confirmed === undefined || running === undefined)
      return;
    const call = this.#disguised(confirmed.call);
    running.process.after(this.#random.nextFloat() * WITHIN_MS, () => {
      running.handler.data(confirmed.from, call, () => undefined);
    });
  }

  #remember(name: string, confirmed: Confirmed): void {
    const { request } = confirmed.call;
    if (request.kind === 'write' && isValue(request))
      this.#confirmed.set(nameOf(name, request.key), confirmed);
  }

  #disguised({ request, remainingMs }: DataCall): DataCall {
    if (request.kind !== 'write') return { request, remainingMs };
    const lot = this.#random.nextFloat();
    const as = lot < 1 / 3 ? { background: true } : { repair: lot < 2 / 3 };
    return { request: { ...request, ...as }, remainingMs };
  }
}

function isValue({ namespace, key, record }: WriteRequest): boolean {
  const decoded = decodeRecord(encodeDataKey({ namespace, token: tokenOf(key), key }), record);
  return typeof decoded === 'object' && !decoded.tombstone;
}

function nameOf(name: string, key: Uint8Array): string {
  return `${name} ${toHex(key)}`;
}
