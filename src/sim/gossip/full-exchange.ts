import { EndpointTable } from '../../node/core/membership/endpoint-table.js';
import type { EndpointState } from '../../node/core/membership/endpoint-state.js';
import {
  answerDigests,
  applyDeltas,
  deltasFor,
  makeDigests,
} from '../../node/core/membership/gossip.js';
import { gossipBytes } from '../../node/core/membership/gossip-size.js';
import { idOf } from './gossip-members.js';
import { oneRoundLater, standingEndpoint } from './standing-endpoint.js';

/** Bytes of the three messages of an exchange. */
export interface ExchangeBytes {
  readonly digests: number;
  readonly answer: number;
  readonly last: number;
}

/** Rounds after which a change of state is no longer sent ahead of everything else. */
const COLD_ROUND = 100;

/**
 * Two nodes with full tables that exchange once in a round, by production code. Each round one side has heard the newest
 * heartbeats of one half of all others, the other side those of the other half.
 */
export class FullExchange {
  readonly #tables: readonly [EndpointTable, EndpointTable];
  #states: readonly EndpointState[];
  #round = COLD_ROUND;

  constructor(nodes: number) {
    this.#states = Array.from({ length: nodes }, (_, node) => standingEndpoint(node, 1));
    this.#tables = [this.#table(0), this.#table(1)];
  }

  /** Lets a round pass for everybody, before the next exchange. */
  pass(): void {
    this.#round += 1;
    this.#states = this.#states.map((state) => oneRoundLater(state, this.#round));
    for (const [half, table] of this.#tables.entries()) {
      table.setSelf(this.#states[half]!, this.#round);
      const heard = this.#states.filter((_, node) => node > 1 && node % 2 === half);
      applyDeltas(table, heard, this.#round);
    }
  }

  /** One exchange, and what its messages weigh. */
  exchange(rotation: number): ExchangeBytes {
    const [a, b] = this.#tables;
    const turn = { rotation, round: this.#round };
    const digests = makeDigests(a, turn);
    const answer = answerDigests(b, { ...digests, from: a.selfId }, turn);
    applyDeltas(a, answer.deltas, this.#round);
    const last = deltasFor(a, answer.wanted, turn);
    applyDeltas(b, last, this.#round);
    return {
      digests: gossipBytes(digests.digests, []),
      answer: gossipBytes(answer.wanted, answer.deltas),
      last: gossipBytes([], last),
    };
  }

  #table(self: number): EndpointTable {
    const table = new EndpointTable(this.#states[self]!);
    table.admitOnly(new Set(this.#states.map((_, node) => idOf(node))));
    applyDeltas(table, this.#states, 0);
    return table;
  }
}
