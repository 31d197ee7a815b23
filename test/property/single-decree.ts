import type { MetadataEntry } from '../../src/node/core/metadata/cluster-metadata.js';
import { accept, FRESH_ACCEPTOR, prepare } from '../../src/node/core/paxos/acceptor.js';
import type { Proposal } from '../../src/node/core/paxos/proposer.js';
import { propose, requestOf, step } from '../../src/node/core/paxos/proposer.js';
import { Prng } from '../../src/stdx/prng.js';

/** A proposer that forgets its ballots now and then, and so uses them again. */
interface Bidder {
  readonly nodeId: string;
  round: number;
  proposal: Proposal | undefined;
}

interface Delivery {
  readonly bidder: Bidder;
  readonly voter: string;
  /** The proposal as it stood when the request was sent. */
  readonly sent: Proposal;
}

/**
 * The values that `bidders` saw decided for one epoch by `count` acceptors, in a random order of deliveries.
 * Nobody learns of a decision, so everybody bids on: the hardest case for the choice of a value.
 */
export function decideOnce(seed: number, count: number, bidders: number): ReadonlySet<string> {
  const prng = new Prng(seed);
  const voters = Array.from({ length: count }, (_, i) => `voter${i}`);
  const acceptors = new Map(voters.map((voter) => [voter, FRESH_ACCEPTOR]));
  const crowd: Bidder[] = Array.from({ length: bidders }, (_, i) => ({
    nodeId: `bidder${i}`,
    round: 0,
    proposal: undefined,
  }));
  const decided = new Set<string>();
  const bag: Delivery[] = [];
  let entries = 0;

  const askAll = (bidder: Bidder, sent: Proposal): void => {
    for (const voter of prng.shuffle(voters)) bag.push({ bidder, voter, sent });
  };
  const bid = (bidder: Bidder): void => {
    bidder.round = prng.int(3) === 0 ? 1 : bidder.round + 1;
    const own: MetadataEntry = { epoch: 1, id: String(++entries), change: { kind: 'open' } };
    bidder.proposal = propose(voters, { round: bidder.round, nodeId: bidder.nodeId }, own);
    askAll(bidder, bidder.proposal);
  };
  const deliver = ({ bidder, voter, sent }: Delivery): void => {
    const request = requestOf(sent);
    const acceptor = acceptors.get(voter);
    if (acceptor === undefined) return;
    if (request?.kind !== 'prepare' && request?.kind !== 'accept') return;
    const { ballot } = request;
    const { state, reply } =
      request.kind === 'prepare'
        ? prepare(acceptor, ballot)
        : accept(acceptor, { ballot, entry: request.entry });
    acceptors.set(voter, state);
    // One reply in four is lost, and so is one that comes after the bidder began again.
    const { proposal } = bidder;
    if (prng.int(4) === 0 || proposal?.ballot !== sent.ballot) return;
    const next = step(proposal, voter, reply);
    bidder.proposal = next;
    if (next.phase === proposal.phase) return;
    if (next.phase.kind === 'accepting') askAll(bidder, next);
    if (next.phase.kind === 'outbid') bidder.round = next.phase.ballot.round;
    if (next.phase.kind === 'decided') decided.add(next.phase.entry.id);
  };

  for (let i = 0; i < 160; i++) {
    if (bag.length === 0 || prng.int(12) === 0) bid(crowd[prng.int(crowd.length)]!);
    const at = prng.int(3) > 0 ? Math.max(0, bag.length - 1 - prng.int(4)) : prng.int(bag.length);
    for (const delivery of bag.splice(at, 1)) deliver(delivery);
  }
  return decided;
}
