import { assert } from '../../../stdx/assert.js';
import type { QuorumGroup, Requirement } from './requirement.js';

/**
 * What one replica has made of a write.
 * `unasked`: nothing was sent. `superseded`: it holds something newer and kept that. `failed`: it will not confirm, for any reason.
 */
export type ReplicaWriteState = 'unasked' | 'pending' | 'confirmed' | 'superseded' | 'failed';

/**
 * What follows from the replies so far.
 * `superseded`: only a newer stamp can still reach the level. `impossible`: nothing that was sent can.
 */
export type WriteVerdict = 'waiting' | 'acknowledged' | 'superseded' | 'impossible';

/** The accounting of one attempt of one write: acknowledged exactly when every group has its number of confirmations. */
export class WriteQuorum {
  readonly #requirement: Requirement;
  readonly #states: ReplicaWriteState[];

  constructor(requirement: Requirement, replicas: number) {
    this.#requirement = requirement;
    this.#states = new Array<ReplicaWriteState>(replicas).fill('unasked');
  }

  get states(): readonly ReplicaWriteState[] {
    return this.#states;
  }

  /** A replica that is asked, or that is known to hold the record before anything was sent. */
  begin(replica: number, state: 'pending' | 'confirmed'): void {
    assert(this.#states[replica] === 'unasked', 'a replica is asked once in an attempt');
    this.#states[replica] = state;
  }

  /** What a pending replica replied; each replies once. */
  settle(replica: number, state: 'confirmed' | 'superseded' | 'failed'): void {
    assert(this.#states[replica] === 'pending', 'a replica replies once, after it was asked');
    this.#states[replica] = state;
  }

  verdict(): WriteVerdict {
    return this.#worst('hoped for');
  }

  /** The verdict if those that have not replied never do. */
  verdictOfReplies(): WriteVerdict {
    return this.#worst('given up');
  }

  #worst(pending: 'hoped for' | 'given up'): WriteVerdict {
    let worst: WriteVerdict = 'acknowledged';
    for (const group of this.#requirement.groups) {
      const verdict = this.#verdictOf(group, pending === 'hoped for' ? 1 : 0);
      if (RANK[verdict] > RANK[worst]) worst = verdict;
    }
    return worst;
  }

  #verdictOf({ needed, members }: QuorumGroup, hope: 0 | 1): WriteVerdict {
    let confirmed = 0;
    let pending = 0;
    let superseded = 0;
    for (const member of members) {
      const state = this.#states[member];
      if (state === 'confirmed') confirmed += 1;
      else if (state === 'pending') pending += hope;
      else if (state === 'superseded') superseded += 1;
    }
    if (confirmed >= needed) return 'acknowledged';
    if (confirmed + pending >= needed) return 'waiting';
    // Replicas that were superseded are alive: a newer stamp may win them.
    return confirmed + pending + superseded >= needed ? 'superseded' : 'impossible';
  }
}

// The whole is as bad as its worst group: a lost group cannot be helped by another, and a superseded one need not wait for another.
const RANK: Readonly<Record<WriteVerdict, number>> = {
  acknowledged: 0,
  waiting: 1,
  superseded: 2,
  impossible: 3,
};
