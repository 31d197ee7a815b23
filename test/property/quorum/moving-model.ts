import type { RecordDigest } from '../../../src/node/core/messages.js';
import { ReadQuorum } from '../../../src/node/core/quorum/read-quorum.js';
import { planReadRepair } from '../../../src/node/core/quorum/read-repair.js';
import type { ReplicaPlan } from '../../../src/node/core/quorum/replica-plan.js';
import type { Requirement, RequirementUse } from '../../../src/node/core/quorum/requirement.js';
import type { WriteQuorum } from '../../../src/node/core/quorum/write-quorum.js';
import { isCovered, isFenced, type OwnerFacts } from '../../../src/node/core/topology/fencing.js';
import type { Owners } from '../../../src/node/core/topology/owners.js';
import { assert } from '../../../src/stdx/assert.js';
import {
  askedIn,
  isMetBy,
  planIn,
  STEPS,
  type Levels,
  type Move,
  type Step,
} from './moving-plans.js';

/** What happens next; nodes that are not in `reached` hear nothing of it. */
export type MoveEvent =
  /** `by`: the node whose plan the coordinator has, which may be an old one. */
  | { readonly kind: 'write' | 'read'; readonly by: number; readonly reached: readonly number[] }
  /** The nodes apply the newest step. */
  | { readonly kind: 'apply'; readonly reached: readonly number[] }
  /** All of them are made equal. */
  | { readonly kind: 'repair'; readonly reached: readonly number[] }
  /** The next step, if what it rests on is done. */
  | { readonly kind: 'step' };

/**
 * One key of a cluster whose owners change, one event after the other: nodes with the version that they hold and the step that they have
 * applied, and whoever reads or writes by the plan of any of these steps. The accounting is that of the coordinator.
 */
export class MovingModel {
  readonly #move: Move;
  readonly #levels: Levels;
  readonly #owners: Owners;
  readonly #plans: readonly ReplicaPlan[];
  readonly #requirements = new Map<string, Requirement>();
  readonly #held: number[];
  readonly #applied: number[];
  #step = 0;
  #isMoved = false;
  #written = 0;
  /** Every later read must find this or something newer. */
  #due = 0;

  constructor(move: Move, levels: Levels) {
    this.#move = move;
    this.#levels = levels;
    this.#plans = STEPS.map((step) => planIn(move, step));
    this.#held = move.dcs.map(() => 0);
    this.#applied = move.dcs.map(() => 0);
    const names = (set: readonly number[]): readonly string[] => set.map(String);
    const [old, next] = [names(move.old), names(move.next)];
    const write = [...new Set([...old, ...next])];
    this.#owners = { old, next, write, read: old };
  }

  get step(): Step {
    return STEPS[this.#step]!;
  }

  /** What a read has missed, if it did. */
  run(event: MoveEvent): string | undefined {
    switch (event.kind) {
      case 'write':
        this.#write(this.#applied[event.by]!, event.reached);
        return undefined;
      case 'read':
        return this.#read(this.#applied[event.by]!, event.reached);
      case 'apply':
        for (const node of event.reached) this.#applied[node] = this.#step;
        return undefined;
      case 'repair':
        this.#repair(event.reached);
        return undefined;
      case 'step':
        this.#next();
        return undefined;
    }
  }

  #write(by: number, reached: readonly number[]): void {
    this.#written += 1;
    const version = this.#written;
    const took = new Set<number>();
    for (const node of this.#served(by, reached)) {
      this.#held[node] = version;
      took.add(node);
    }
    const asked = this.#asked(by, 'write');
    if (isMetBy(this.#plans[by]!, asked, (node) => took.has(node))) this.#due = version;
  }

  #read(by: number, reached: readonly number[]): string | undefined {
    const requirement = this.#asked(by, 'read');
    const { replicas } = this.#plans[by]!;
    const nodeOf = (replica: number): number => Number(replicas[replica]?.nodeId);
    const places = new Map(replicas.map(({ nodeId }, place) => [Number(nodeId), place]));
    const served = this.#served(by, reached);
    const order = served.flatMap((node) => places.get(node) ?? []);
    const quorum = new ReadQuorum({ requirement, order, wantsRecord: true }, replicas.length);
    for (;;) {
      const next = quorum.next();
      if (next.kind === 'impossible' || next.kind === 'wait') return undefined;
      if (next.kind === 'ask') {
        for (const { replica, mode } of next.asks)
          quorum.answer(replica, {
            digest: digestOf(this.#held[nodeOf(replica)]!),
            full: mode === 'value',
          });
        continue;
      }
      const answers = replicas.map((_, replica) => quorum.answerOf(replica));
      const found = Math.max(...answers.map((answer) => answer?.digest?.version.ms ?? 0));
      if (next.kind === 'differ') {
        const spread = this.#asked(by, 'repair');
        const winner = digestOf(found);
        assert(winner !== undefined, 'copies that differ are not all missing');
        const repair = planReadRepair({ requirement: spread, answers, winner });
        if (!this.#writeBack(found, { ...repair, order, nodeOf })) return undefined;
      }
      if (found < this.#due) return `a read by ${STEPS[by]!} found ${found} after ${this.#due}`;
      this.#due = found;
      return undefined;
    }
  }

  /** To those that lack it, then to the others, as the coordinator does; whether it is on enough. */
  #writeBack(
    version: number,
    {
      targets,
      quorum,
      order,
      nodeOf,
    }: {
      readonly targets: readonly number[];
      readonly quorum: WriteQuorum;
      readonly order: readonly number[];
      readonly nodeOf: (replica: number) => number;
    },
  ): boolean {
    const give = (replica: number): void => {
      this.#held[nodeOf(replica)] = Math.max(this.#held[nodeOf(replica)]!, version);
      quorum.settle(replica, 'confirmed');
    };
    for (const replica of targets) give(replica);
    for (const replica of order) {
      if (quorum.verdict() === 'acknowledged') return true;
      if (quorum.states[replica] !== 'unasked') continue;
      quorum.begin(replica, 'pending');
      give(replica);
    }
    return quorum.verdict() === 'acknowledged';
  }

  /** Those that take a request by the plan of a step: owners that are reached and have applied no later one; they catch up with it. */
  #served(by: number, reached: readonly number[]): readonly number[] {
    const owners = this.#plans[by]!.replicas.map(({ nodeId }) => Number(nodeId));
    const served = reached.filter((node) => owners.includes(node) && this.#applied[node]! <= by);
    for (const node of served) this.#applied[node] = by;
    return served;
  }

  #asked(by: number, use: RequirementUse): Requirement {
    const name = `${by} ${use}`;
    let requirement = this.#requirements.get(name);
    if (requirement === undefined) {
      const level = use === 'write' ? this.#levels.write : this.#levels.read;
      requirement = askedIn(this.#move, STEPS[by]!, { level, use });
      this.#requirements.set(name, requirement);
    }
    return requirement;
  }

  #repair(reached: readonly number[]): void {
    if (this.step !== 'write-both') return;
    const does = (node: number): boolean => reached.includes(node) && this.#applied[node] === 1;
    if (!isCovered(this.#owners, this.#facts(does))) return;
    const partners = this.#owners.write.map(Number).filter(does);
    const newest = Math.max(...partners.map((node) => this.#held[node]!));
    for (const node of partners) this.#held[node] = newest;
    this.#isMoved = true;
  }

  #next(): void {
    const isBehind = !isFenced(
      this.#owners,
      this.#facts((node) => this.#applied[node] === this.#step),
    );
    if (this.step === 'new' || (this.step === 'write-both' && !this.#isMoved)) return;
    if (this.step !== 'old' && isBehind) return;
    this.#step += 1;
  }

  #facts(does: (node: number) => boolean): OwnerFacts {
    return {
      dcOf: (nodeId) => this.#move.dcs[Number(nodeId)]!,
      does: (nodeId) => does(Number(nodeId)),
      isForgotten: () => false,
    };
  }
}

/** Undefined for the version 0, which nobody wrote. */
function digestOf(ms: number): RecordDigest | undefined {
  if (ms === 0) return undefined;
  const version = { ms, logical: 0, writerHi: 0, writerLo: 1 };
  return { version, checksum: 0, tombstone: false, expiresAtMs: undefined, sizeBytes: 1 };
}
