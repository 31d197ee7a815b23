import type {
  MetadataChange,
  MetadataEntry,
  NodeDescriptor,
} from '../../src/node/core/metadata/cluster-metadata.js';
import type { MetadataLog } from '../../src/node/core/metadata/metadata-log.js';
import {
  appendEntry,
  EMPTY_LOG,
  epochOf,
  logAfter,
} from '../../src/node/core/metadata/metadata-log.js';
import { learn, vote, type VoterState } from '../../src/node/core/metadata/voter.js';
import { FRESH_ACCEPTOR } from '../../src/node/core/paxos/acceptor.js';
import type { Proposal, VoterAnswer } from '../../src/node/core/paxos/proposer.js';
import { propose, requestOf, step } from '../../src/node/core/paxos/proposer.js';
import { DEFAULT_SETTINGS } from '../../src/node/core/settings.js';
import { assert } from '../../src/stdx/assert.js';
import { Prng } from '../../src/stdx/prng.js';

/** A node of the model: what survives a crash, and the ballot it runs, which does not. */
interface ModelNode {
  readonly id: string;
  durable: VoterState;
  proposal: Proposal | undefined;
  /** Grows with what is heard; forgotten in a crash, so that ballots are used again. */
  round: number;
}

type Message =
  | { readonly kind: 'ask'; readonly from: string; readonly to: string; readonly about: Proposal }
  | {
      readonly kind: 'answer';
      readonly from: string;
      readonly to: string;
      readonly about: Proposal;
      readonly answer: VoterAnswer;
    }
  | { readonly kind: 'learn'; readonly to: string; readonly entries: readonly MetadataEntry[] };

/** Chances per step, out of 100, of everything but a delivery. */
export interface Weather {
  readonly lose: number;
  readonly duplicate: number;
  readonly crash: number;
  /** Of a new ballot, given up or not the one before. */
  readonly propose: number;
  /** Of a node that asks another for what it missed. */
  readonly pull: number;
}

const idOf = (i: number): string => i.toString(16).padStart(16, '0');

export function descriptorOf(i: number): NodeDescriptor {
  const addresses = {
    host: '127.0.0.1',
    clientPort: 7400 + i,
    peerPort: 8400 + i,
    httpPort: 9400 + i,
  };
  return {
    nodeId: idOf(i),
    name: `n${i}`,
    host: `h${i}`,
    rack: 'r1',
    dc: 'dc1',
    addresses,
    release: '0',
  };
}

/** A log in which n1 to n`count` have joined. */
export function logOfMembers(count: number): MetadataLog {
  let log = EMPTY_LOG;
  for (let i = 1; i <= count; i++) {
    const change: MetadataChange =
      i === 1
        ? {
            kind: 'init',
            clusterId: 'c'.repeat(16),
            clusterName: 'model',
            settings: DEFAULT_SETTINGS,
            member: descriptorOf(i),
            tokens: [i * 4096],
          }
        : { kind: 'join', member: descriptorOf(i), tokens: [i * 4096] };
    log = appendEntry(log, { epoch: i, id: (0xabc000 + i).toString(16).padStart(16, '0'), change });
  }
  return log;
}

function membersOf(log: MetadataLog): readonly NodeDescriptor[] {
  assert(log.state !== undefined, 'a log of members has a state');
  return log.state.members;
}

/** Several nodes, a bag of messages, and a seed that chooses what happens next. */
export class PaxosSchedule {
  readonly nodes: readonly ModelNode[];
  readonly #prng: Prng;
  readonly #bag: Message[] = [];
  readonly #decided = new Map<number, string>();
  #entries = 0;

  constructor(seed: number, count: number) {
    this.#prng = new Prng(seed);
    const log = logOfMembers(count);
    this.nodes = membersOf(log).map(({ nodeId }) => ({
      id: nodeId,
      durable: { log, acceptor: FRESH_ACCEPTOR },
      proposal: undefined,
      round: 0,
    }));
  }

  /** Epochs decided since the start. */
  get decisions(): number {
    return this.#decided.size;
  }

  newestEpoch(): number {
    return Math.max(...this.nodes.map((node) => epochOf(node.durable.log)));
  }

  run(steps: number, weather: Weather): void {
    for (let i = 0; i < steps; i++) this.#stepOnce(weather);
  }

  /** Everyone learns all there is, then one node proposes with all messages delivered; true when an epoch was decided. */
  settle(): boolean {
    this.#bag.length = 0;
    const before = this.newestEpoch();
    const newest = this.#nodeWith((node) => epochOf(node.durable.log) === before);
    for (const node of this.nodes) {
      this.#learnAll(node, this.#after(newest, node));
      node.proposal = undefined;
    }
    for (let attempt = 0; attempt < 6; attempt++) {
      newest.proposal = this.#begin(newest);
      for (let next = this.#bag.shift(); next !== undefined; next = this.#bag.shift())
        this.#deliver(next, 0);
      if (this.newestEpoch() > before) return true;
    }
    return false;
  }

  #stepOnce(weather: Weather): void {
    const dice = this.#prng.int(100);
    if (dice < weather.propose) {
      const node = this.#anyNode();
      node.proposal = this.#begin(node);
      return;
    }
    if (dice < weather.propose + weather.pull) this.#bag.push(this.#pull(this.#anyNode()));
    const message = this.#draw();
    if (message === undefined) return;
    if (this.#prng.int(100) < weather.lose) return;
    if (this.#prng.int(100) < weather.duplicate) this.#bag.push(message);
    this.#deliver(message, weather.crash);
  }

  #nodeWith(property: (node: ModelNode) => boolean): ModelNode {
    const node = this.nodes.find(property);
    assert(node !== undefined, 'the model has such a node');
    return node;
  }

  #anyNode(): ModelNode {
    return this.nodes[this.#prng.int(this.nodes.length)]!;
  }

  #draw(): Message | undefined {
    if (this.#bag.length === 0) return undefined;
    // Mostly something fresh, so that ballots get on; now and then something long forgotten.
    const fresh = this.#prng.int(4) > 0 ? Math.min(4, this.#bag.length) : this.#bag.length;
    return this.#bag.splice(this.#bag.length - 1 - this.#prng.int(fresh), 1)[0];
  }

  #begin(node: ModelNode): Proposal {
    node.round += 1 + this.#prng.int(2);
    const { state } = node.durable.log;
    assert(state !== undefined, 'every node of the model has a log');
    const entry = {
      epoch: epochOf(node.durable.log) + 1,
      id: (++this.#entries).toString(16).padStart(16, '0'),
      change: this.#change(state.voters),
    };
    const proposal = propose(state.voters, { round: node.round, nodeId: node.id }, entry);
    this.#askAll(node, proposal);
    return proposal;
  }

  /** Mostly another voter comes or goes, so that the quorums keep changing. */
  #change(voters: readonly string[]): MetadataChange {
    const add = this.nodes.map((node) => node.id).filter((id) => !voters.includes(id));
    const kept = voters.filter((_, i) => i !== this.#entries % voters.length);
    const dice = this.#prng.int(4);
    if (dice === 0 && kept.length > 0) return { kind: 'voters', voters: kept };
    const added = add[this.#prng.int(Math.max(1, add.length))];
    if (added !== undefined && dice < 3)
      return { kind: 'voters', voters: [...(dice === 1 ? kept : voters), added] };
    return { kind: 'update', member: { ...descriptorOf(1), release: String(this.#entries) } };
  }

  #askAll(node: ModelNode, about: Proposal): void {
    for (const to of about.voters) this.#bag.push({ kind: 'ask', from: node.id, to, about });
  }

  #pull(node: ModelNode): Message {
    return { kind: 'learn', to: node.id, entries: this.#after(this.#anyNode(), node) };
  }

  #after(source: ModelNode, node: ModelNode): readonly MetadataEntry[] {
    return logAfter(source.durable.log, epochOf(node.durable.log), 100).entries;
  }

  #deliver(message: Message, crash: number): void {
    const node = this.#nodeWith((candidate) => candidate.id === message.to);
    const before = this.#bag.length;
    this.#receive(node, message);
    if (this.#prng.int(100) >= crash) return;
    // Durable is durable; the replies and everything in memory are lost.
    this.#bag.length = Math.min(this.#bag.length, before);
    node.proposal = undefined;
    node.round = 0;
  }

  #receive(node: ModelNode, message: Message): void {
    if (message.kind === 'learn') this.#learnAll(node, message.entries);
    else if (message.kind === 'ask') this.#answer(node, message);
    else this.#hear(node, message);
  }

  #learnAll(node: ModelNode, entries: readonly MetadataEntry[]): void {
    for (const entry of entries) {
      this.#record(entry);
      if (entry.epoch !== epochOf(node.durable.log) + 1) continue;
      node.durable = learn(node.durable, entry);
      node.proposal = undefined;
    }
  }

  #answer(node: ModelNode, { from, about }: Extract<Message, { kind: 'ask' }>): void {
    const request = requestOf(about);
    if (request?.kind !== 'prepare' && request?.kind !== 'accept') return;
    const { state, reply } = vote(node.durable, node.id, request);
    node.durable = state;
    // A voter replies with one of the answers by construction.
    const answer = reply as VoterAnswer;
    this.#bag.push({ kind: 'answer', from: node.id, to: from, about, answer });
  }

  #hear(node: ModelNode, { from, about, answer }: Extract<Message, { kind: 'answer' }>): void {
    const { proposal } = node;
    // An answer to an earlier ballot, or to one from before a crash.
    if (proposal?.ballot !== about.ballot) return;
    const next = step(proposal, from, answer);
    node.proposal = next;
    if (next.phase === proposal.phase) return;
    if (next.phase.kind === 'accepting') this.#askAll(node, next);
    if (next.phase.kind === 'outbid') node.round = Math.max(node.round, next.phase.ballot.round);
    if (next.phase.kind === 'decided') this.#tell(node, next.phase.entry);
    if (next.phase.kind !== 'accepting') node.proposal = undefined;
  }

  #tell(node: ModelNode, entry: MetadataEntry): void {
    this.#learnAll(node, [entry]);
    for (const other of this.nodes)
      // Late, so that others bid on for an epoch that is decided already.
      if (other !== node) this.#bag.unshift({ kind: 'learn', to: other.id, entries: [entry] });
  }

  /** The law: whoever says that an entry is decided for an epoch says the same entry. */
  #record(entry: MetadataEntry): void {
    const before = this.#decided.get(entry.epoch);
    if (before !== undefined && before !== entry.id)
      throw new Error(`epoch ${entry.epoch} has two values: ${before} and ${entry.id}`);
    this.#decided.set(entry.epoch, entry.id);
  }
}
