/** A proposal number: rounds first, then the proposer's node id, so that no two proposers share one. */
export interface Ballot {
  readonly round: number;
  readonly nodeId: string;
}

/** Orders ballots: negative, zero or positive. */
export function compareBallots(a: Ballot, b: Ballot): number {
  if (a.round !== b.round) return a.round - b.round;
  if (a.nodeId === b.nodeId) return 0;
  return a.nodeId < b.nodeId ? -1 : 1;
}
