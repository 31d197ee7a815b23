import { KvError } from '../../node/core/errors.js';
import type { Random } from '../../node/env/random.js';
import type { Transport } from '../../node/env/transport.js';
import { delegating, withHandler } from './handler-tap.js';

/** The share of questions that are refused, in the runs in which any are. */
const SHARE_MAX = 0.15;

/** Repairs of a run in which a part of their questions is refused, before or after it was answered: they end early, half done. */
export class FailingRepairs {
  readonly #random: Random;
  #share: number;

  constructor(random: Random) {
    this.#random = random;
    this.#share = random.nextFloat() < 0.5 ? 0 : random.nextFloat() * SHARE_MAX;
  }

  /** From now on every question is answered. */
  stop(): void {
    this.#share = 0;
  }

  /** The transport of one run of a node. */
  watch(transport: Transport): Transport {
    return withHandler(transport, (handler) => ({
      ...delegating(handler),
      repair: async (from, request, remainingMs) => {
        const lot = this.#random.nextFloat();
        if (lot < this.#share / 2) throw refused();
        const reply = await handler.repair(from, request, remainingMs);
        if (lot < this.#share) throw refused();
        return reply;
      },
    }));
  }
}

function refused(): KvError {
  return new KvError('KV_OVERLOADED', 'this question of a repair is not answered');
}
