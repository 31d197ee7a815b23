import { KvError } from '../../node/core/errors.js';
import type { Member, MetadataChange } from '../../node/core/metadata/cluster-metadata.js';
import type { Random } from '../../node/env/random.js';
import type { NodeRun } from '../node-run.js';
import type { SimCluster } from '../sim-cluster.js';
import { pick } from '../workload/key-space.js';

/** Mean time between two bursts of changes: one run in ten is a restless one. */
const CALM_MS = 30_000;
const RESTLESS_MS = 3_000;
const RESTLESS_SHARE = 1 / 10;
/** So many nodes propose a change at the same moment at most. */
const AT_ONCE_MAX = 3;
/** Time for one change, and what it may take beyond that. */
const CHANGE_MS = 5_000;
const LATE_MS = 5_000;
/** Of five changes one moves a vote away; the upkeep of the log brings it back. */
const VOTE_SHARE = 0.2;
const VOTERS_MIN = 4;

interface Waiting {
  readonly run: NodeRun;
  readonly sinceMs: number;
}

/**
 * Somebody who changes cluster metadata all the time, on several nodes at once: deciding them is what voters must agree on.
 * The changes move no data, and the nodes concerned take them back by themselves.
 */
export class Operator {
  readonly #cluster: SimCluster;
  readonly #random: Random;
  readonly #burstMs: number;
  readonly #waiting = new Set<Waiting>();
  #changes = 0;
  #stopped = false;

  constructor(cluster: SimCluster, random: Random) {
    this.#cluster = cluster;
    this.#random = random;
    this.#burstMs = random.nextFloat() < RESTLESS_SHARE ? RESTLESS_MS : CALM_MS;
  }

  start(): void {
    this.#next();
  }

  /** Begins nothing more; what is under way goes on. */
  stop(): void {
    this.#stopped = true;
  }

  /** Nodes that run, and owe an answer to a change for longer than any may take. */
  forgottenBy(): readonly string[] {
    const beforeMs = this.#cluster.scheduler.nowMs() - CHANGE_MS - LATE_MS;
    return [...this.#waiting]
      .filter(({ run, sinceMs }) => run.process.alive() && sinceMs < beforeMs)
      .map(({ run }) => run.machine.name);
  }

  #next(): void {
    this.#cluster.scheduler.after(this.#random.nextFloat() * 2 * this.#burstMs, () => {
      if (this.#stopped) return;
      this.#burst();
      this.#next();
    });
  }

  #burst(): void {
    const running = this.#cluster.running();
    if (running.length === 0) return;
    const count = 1 + Math.floor(this.#random.nextFloat() * AT_ONCE_MAX);
    for (let i = 0; i < count; i++) this.#change(pick(running, this.#random));
  }

  #change(run: NodeRun): void {
    this.#changes += 1;
    const release = `0.0.0-change${this.#changes}`;
    const place = this.#random.nextU32();
    const votes = this.#random.nextFloat() < VOTE_SHARE;
    run.process.run(() => {
      const waiting: Waiting = { run, sinceMs: this.#cluster.scheduler.nowMs() };
      this.#waiting.add(waiting);
      const change = run.node.metadata.change(
        ({ metadata: { members, voters } }) =>
          votes ? withoutOne(voters, place) : renamed(members[place % members.length]!, release),
        CHANGE_MS,
      );
      // A change fails by KvError only; anything else is a defect, and ends the simulation as one.
      void change
        .catch((error: unknown) => {
          if (!(error instanceof KvError)) throw error;
        })
        .finally(() => this.#waiting.delete(waiting));
    });
  }
}

/** Says of a member that it runs another release, until it says itself which. */
function renamed(member: Member, release: string): MetadataChange | undefined {
  if (member.release === release) return undefined;
  const { state: _state, tokens: _tokens, joinedEpoch: _joinedEpoch, ...descriptor } = member;
  return { kind: 'update', member: { ...descriptor, release } };
}

function withoutOne(voters: readonly string[], place: number): MetadataChange | undefined {
  if (voters.length <= VOTERS_MIN) return undefined;
  return { kind: 'voters', voters: voters.filter((_, i) => i !== place % voters.length) };
}
