import { assert } from '../../../stdx/assert.js';
import type { ReadRequest, RecordDigest } from '../messages.js';
import { compareDigests, sameDigest } from './record-digest.js';
import type { QuorumGroup, Requirement } from './requirement.js';

/** One question to send. */
export interface ReadAsk {
  readonly replica: number;
  readonly mode: ReadRequest['mode'];
}

/** What one replica holds, as it last said; `full` when it sent the record itself (or that there is none). */
export interface ReadAnswer {
  readonly digest: RecordDigest | undefined;
  readonly full: boolean;
}

/** What to do next. Positions are those of the plan. */
export type ReadStep =
  | { readonly kind: 'wait' }
  | { readonly kind: 'ask'; readonly asks: readonly ReadAsk[] }
  /** Enough replicas hold the same; `from` sent it, and is undefined when no record was wanted or there is none. */
  | { readonly kind: 'agreed'; readonly from: number | undefined }
  /** Enough replicas answered and they differ; the records of `newest` are all there is to reconcile. */
  | { readonly kind: 'differ'; readonly newest: readonly number[] }
  /** Too few replicas are left. */
  | { readonly kind: 'impossible' };

/** How one read begins: what it needs, whom it may ask (best first), and whether it wants the record or only its digest. */
export interface ReadPlan {
  readonly requirement: Requirement;
  readonly order: readonly number[];
  readonly wantsRecord: boolean;
}

const WAIT: ReadStep = { kind: 'wait' };

type Status = 'unasked' | 'asked' | 'answered' | 'lost';

interface Replica {
  status: Status;
  /** A full read is under way. */
  awaitsRecord: boolean;
  /** It was silent for too long: another was asked in its place, but its answer still counts. */
  late: boolean;
  answer: ReadAnswer | undefined;
}

/**
 * The accounting of one read: whom to ask for what, and when the answers are enough.
 * Asks as few replicas as the level needs, a spare for each that is lost or late, and the full record only where it decides.
 */
export class ReadQuorum {
  readonly #plan: ReadPlan;
  readonly #replicas: Replica[];

  constructor(plan: ReadPlan, replicas: number) {
    this.#plan = plan;
    this.#replicas = Array.from({ length: replicas }, () => ({
      status: 'unasked',
      awaitsRecord: false,
      late: false,
      answer: undefined,
    }));
  }

  /** What the replica holds, or undefined when it has not answered or was lost since. */
  answerOf(replica: number): ReadAnswer | undefined {
    return this.#replicas[replica]!.answer;
  }

  get answered(): number {
    return this.#replicas.filter(({ answer }) => answer !== undefined).length;
  }

  /** A replica answered; a later answer of the same one replaces the earlier. */
  answer(replica: number, answer: ReadAnswer): void {
    const state = this.#replicas[replica]!;
    assert(state.status !== 'unasked', 'only replicas that were asked answer');
    if (state.status === 'lost') return;
    state.status = 'answered';
    state.late = false;
    if (answer.full) state.awaitsRecord = false;
    state.answer = answer;
  }

  /** A replica will not answer, or its copy is corrupt: it counts no more, whatever it said before. */
  lose(replica: number): void {
    const state = this.#replicas[replica]!;
    state.status = 'lost';
    state.awaitsRecord = false;
    state.answer = undefined;
  }

  /** The replicas asked and silent until now are late: the next step asks others in their place. */
  silence(): void {
    for (const state of this.#replicas) {
      if (state.status === 'asked' || state.awaitsRecord) state.late = true;
    }
  }

  /** Whether a silence would have somebody else asked. */
  get hasSpare(): boolean {
    return this.#plan.order.some((replica) => this.#replicas[replica]!.status === 'unasked');
  }

  /** What follows from all that happened; the questions of a step are taken as sent. */
  next(): ReadStep {
    const asks: ReadAsk[] = [];
    for (const group of this.#plan.requirement.groups) this.#recruit(group, asks);
    if (asks.length > 0) return { kind: 'ask', asks };
    let satisfied = true;
    for (const group of this.#plan.requirement.groups) {
      const answered = this.#count(group, isAnswered);
      if (answered >= group.needed) continue;
      if (answered + this.#count(group, isAsked) < group.needed) return { kind: 'impossible' };
      satisfied = false;
    }
    return satisfied ? this.#compare() : WAIT;
  }

  #recruit(group: QuorumGroup, asks: ReadAsk[]): void {
    let short = group.needed - this.#count(group, isAnswered) - this.#count(group, isHopeful);
    if (short <= 0) return;
    for (const replica of this.#plan.order) {
      if (short <= 0) return;
      if (this.#replicas[replica]!.status !== 'unasked' || !group.members.includes(replica))
        continue;
      asks.push(this.#ask(replica));
      short -= 1;
    }
  }

  #ask(replica: number): ReadAsk {
    const state = this.#replicas[replica]!;
    state.status = 'asked';
    const lacksRecord = this.#plan.wantsRecord && !this.#replicas.some(bringsRecord);
    state.awaitsRecord = lacksRecord;
    return { replica, mode: lacksRecord ? 'value' : 'digest' };
  }

  #compare(): ReadStep {
    let newest: number | undefined;
    let holder: number | undefined;
    let differ = false;
    for (const replica of this.#plan.order) {
      const { status, answer } = this.#replicas[replica]!;
      if (status !== 'answered') continue;
      if (answer?.full === true) holder ??= replica;
      newest ??= replica;
      const [mine, best] = [answer?.digest, this.#digestOf(newest)];
      if (!sameDigest(mine, best)) differ = true;
      if (compareDigests(mine, best) > 0) newest = replica;
    }
    assert(newest !== undefined, 'a group that is met has answers');
    if (differ) return this.#gather(newest, 'differ');
    if (!this.#plan.wantsRecord || this.#digestOf(newest) === undefined)
      return { kind: 'agreed', from: undefined };
    return holder === undefined ? this.#gather(newest, 'agreed') : { kind: 'agreed', from: holder };
  }

  /** Sees to it that the record of every newest digest is here: usually one, more when versions are equal and bytes are not. */
  #gather(newest: number, end: 'agreed' | 'differ'): ReadStep {
    const asks: ReadAsk[] = [];
    const holders: number[] = [];
    let waiting = false;
    for (const copies of this.#newestCopies(newest)) {
      const holder = copies.find((replica) => this.#replicas[replica]!.answer?.full === true);
      if (holder !== undefined) {
        holders.push(holder);
        continue;
      }
      waiting = true;
      if (copies.some((replica) => bringsRecord(this.#replicas[replica]!))) continue;
      const asked = copies.find((replica) => !this.#replicas[replica]!.awaitsRecord);
      if (asked === undefined) continue;
      this.#replicas[asked]!.awaitsRecord = true;
      asks.push({ replica: asked, mode: 'value' });
    }
    if (asks.length > 0) return { kind: 'ask', asks };
    if (waiting) return WAIT;
    return end === 'differ' ? { kind: end, newest: holders } : { kind: end, from: holders[0] };
  }

  /** The replicas with the newest version, one list per distinct record. */
  #newestCopies(newest: number): readonly number[][] {
    const best = this.#digestOf(newest);
    const lists: number[][] = [];
    for (const replica of this.#answeredReplicas()) {
      const digest = this.#digestOf(replica);
      if (compareDigests(digest, best) !== 0) continue;
      const list = lists.find((copies) => sameDigest(this.#digestOf(copies[0]!), digest));
      if (list === undefined) lists.push([replica]);
      else list.push(replica);
    }
    return lists;
  }

  #answeredReplicas(): readonly number[] {
    return this.#plan.order.filter((replica) => isAnswered(this.#replicas[replica]!));
  }

  #digestOf(replica: number): RecordDigest | undefined {
    return this.#replicas[replica]!.answer?.digest;
  }

  #count({ members }: QuorumGroup, matches: (replica: Replica) => boolean): number {
    let count = 0;
    for (const member of members) if (matches(this.#replicas[member]!)) count += 1;
    return count;
  }
}

const isAnswered = ({ status }: Replica): boolean => status === 'answered';
const isAsked = ({ status }: Replica): boolean => status === 'asked';
const isHopeful = ({ status, late }: Replica): boolean => status === 'asked' && !late;
const bringsRecord = ({ awaitsRecord, late, answer }: Replica): boolean =>
  answer?.full === true || (awaitsRecord && !late);
