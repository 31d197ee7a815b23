import type { MetadataChange } from '../../../src/node/core/metadata/cluster-metadata.js';
import { epochOf, logAfter } from '../../../src/node/core/metadata/metadata-log.js';
import { applyEntry } from '../../../src/node/core/metadata/transformations.js';
import { learn, vote, type VoterState } from '../../../src/node/core/metadata/voter.js';
import { FRESH_ACCEPTOR } from '../../../src/node/core/paxos/acceptor.js';
import type { Ballot } from '../../../src/node/core/paxos/ballot.js';
import type { Proposal, VoterAnswer } from '../../../src/node/core/paxos/proposer.js';
import { propose, requestOf, step } from '../../../src/node/core/paxos/proposer.js';
import type { MetadataEntry } from '../../../src/node/core/metadata/cluster-metadata.js';
import { assert } from '../../../src/stdx/assert.js';
import { descriptorOf, logOfMembers } from '../../property/paxos-schedule.js';

interface Actor {
  readonly name: string;
  readonly id: string;
  state: VoterState;
  proposal: Proposal | undefined;
}

/** Runs the lines of a transcript that begin with `> ` and puts what they print under each; all other lines stay as they are. */
export function replay(transcript: string): string {
  const stage = new Stage();
  const kept = transcript.split('\n').filter((line) => !line.startsWith('    '));
  return kept
    .flatMap((line) =>
      line.startsWith('> ')
        ? [line, ...stage.run(line.slice(2)).map((printed) => `    ${printed}`)]
        : [line],
    )
    .join('\n');
}

/** The nodes of one transcript. */
class Stage {
  #actors: readonly Actor[] = [];
  /** Each entry in the words in which it was proposed. */
  readonly #labels = new Map<string, string>();
  #entries = 0;

  run(command: string): readonly string[] {
    const [first = '', verb = '', ...rest] = command.split(' ');
    if (first === 'cluster') return this.#gather(Number(verb));
    const actor = this.#actor(first);
    switch (verb) {
      case 'proposes':
        return this.#propose(actor, rest);
      case 'asks':
        return this.#ask(actor, this.#actor(rest[0] ?? ''), rest.slice(1).join(' '));
      case 'tells':
        return this.#tell(actor, this.#actor(rest[0] ?? ''));
      case 'restarts':
        actor.proposal = undefined;
        return [this.#describe(actor)];
      default:
        throw new Error(`no such line in a transcript: ${command}`);
    }
  }

  /** Members n1..nN, of which all vote. */
  #gather(count: number): readonly string[] {
    let log = logOfMembers(count);
    const ids = Array.from({ length: count }, (_, i) => descriptorOf(i + 1).nodeId);
    for (let voters = 2; voters <= count; voters++) {
      const change: MetadataChange = { kind: 'voters', voters: ids.slice(0, voters) };
      const entry = { epoch: epochOf(log) + 1, id: this.#newId(), change };
      log = learn({ log, acceptor: FRESH_ACCEPTOR }, entry).log;
    }
    this.#actors = ids.map((id, i) => ({
      name: `n${i + 1}`,
      id,
      state: { log, acceptor: FRESH_ACCEPTOR },
      proposal: undefined,
    }));
    return [`epoch ${epochOf(log)}, voters ${this.#names(ids)}`];
  }

  #propose(actor: Actor, words: readonly string[]): readonly string[] {
    const at = words.indexOf('round');
    const ballot: Ballot = { round: Number(words[at + 1]), nodeId: actor.id };
    const { log } = actor.state;
    const change = this.#change(words.slice(0, at));
    const entry: MetadataEntry = { epoch: epochOf(log) + 1, id: this.#newId(), change };
    const { state } = log;
    assert(state !== undefined, 'the actors belong to a cluster');
    applyEntry(state, entry);
    this.#labels.set(entry.id, words.slice(0, at).join(' '));
    actor.proposal = propose(state.voters, ballot, entry);
    return [`proposes for epoch ${entry.epoch} to ${this.#names(state.voters)}`];
  }

  #ask(actor: Actor, voter: Actor, fate: string): readonly string[] {
    const { proposal } = actor;
    const request = proposal && requestOf(proposal);
    if (proposal === undefined || (request?.kind !== 'prepare' && request?.kind !== 'accept'))
      return ['has nothing to ask'];
    const asked =
      request.kind === 'accept'
        ? `accept ${this.#ballot(request.ballot)} ${this.#entry(request.entry)}`
        : `prepare ${this.#ballot(request.ballot)}`;
    if (fate === 'in vain') return [`${asked}: lost`];
    const { state, reply } = vote(voter.state, voter.id, request);
    voter.state = state;
    // A voter replies with one of the answers by construction.
    const answer = reply as VoterAnswer;
    const heard = `${asked}: ${this.#answer(answer)}`;
    if (fate !== '') return [`${heard} (${fate})`];
    actor.proposal = step(proposal, voter.id, answer);
    const { phase } = actor.proposal;
    if (phase === proposal.phase) return [heard];
    if (phase.kind === 'decided') actor.state = learn(actor.state, phase.entry);
    return [heard, `${actor.name} ${this.#phase(actor.proposal)}`];
  }

  #tell(actor: Actor, other: Actor): readonly string[] {
    const { entries } = logAfter(actor.state.log, epochOf(other.state.log), 100);
    for (const entry of entries) other.state = learn(other.state, entry);
    return [this.#describe(other)];
  }

  #change([kind, ...words]: readonly string[]): MetadataChange {
    if (kind === 'open') return { kind };
    if (kind === 'voters') return { kind, voters: words.map((name) => this.#actor(name).id) };
    assert(kind === 'release', `${String(kind)} is no change`);
    return { kind: 'update', member: { ...descriptorOf(1), release: words.join(' ') } };
  }

  #answer(answer: VoterAnswer): string {
    switch (answer.kind) {
      case 'promised':
        if (answer.accepted === undefined) return 'promised';
        return `promised, has accepted ${this.#ballot(answer.accepted.ballot)} ${this.#entry(answer.accepted.entry)}`;
      case 'rejected':
        return `rejected, has promised ${this.#ballot(answer.ballot)}`;
      case 'behind':
        return `at epoch ${answer.epoch}`;
      case 'decided':
        return `decided ${this.#entry(answer.entry)}`;
      case 'accepted':
      case 'silent':
        return answer.kind;
    }
  }

  #phase({ phase, own }: Proposal): string {
    switch (phase.kind) {
      case 'accepting':
        return `has a majority of promises, and goes on with ${phase.entry === own ? 'its own' : 'what was accepted'}`;
      case 'decided':
        return `knows epoch ${phase.entry.epoch}: ${this.#entry(phase.entry)}`;
      case 'outbid':
        return `is outbid by ${this.#ballot(phase.ballot)}`;
      case 'overtaken':
        return `is overtaken: ${this.#names([phase.by])} is at epoch ${phase.epoch}`;
      case 'preparing':
      case 'no-majority':
        return phase.kind;
    }
  }

  #describe({ name, state: { log, acceptor } }: Actor): string {
    const { promised, accepted } = acceptor;
    const promise =
      promised === undefined ? 'promised nothing' : `promised ${this.#ballot(promised)}`;
    const value =
      accepted === undefined ? 'accepted nothing' : `accepted ${this.#entry(accepted.entry)}`;
    return `${name} is at epoch ${epochOf(log)}, has ${promise}, ${value}`;
  }

  #entry(entry: MetadataEntry): string {
    return `"${this.#labels.get(entry.id) ?? entry.id}"`;
  }

  #ballot({ round, nodeId }: Ballot): string {
    return `${round}.${this.#names([nodeId])}`;
  }

  #names(ids: readonly string[]): string {
    return ids
      .map(
        (id) =>
          this.#actors.find((actor) => actor.id === id)?.name ?? `n${Number.parseInt(id, 16)}`,
      )
      .join(' ');
  }

  #actor(name: string): Actor {
    const actor = this.#actors.find((candidate) => candidate.name === name);
    assert(actor !== undefined, `there is no ${name}`);
    return actor;
  }

  #newId(): string {
    return (++this.#entries).toString(16).padStart(16, '0');
  }
}
