import {
  beat,
  newEndpoint,
  stateFact,
  type EndpointState,
} from '../../node/core/membership/endpoint-state.js';
import { FACT } from '../../node/core/membership/fact-names.js';
import { factsOf, helloOf } from './gossip-members.js';

/** A node as the others know it some rounds after its start: all its facts stated, as many heartbeats as rounds. */
export function standingEndpoint(node: number, rounds: number): EndpointState {
  let state = newEndpoint(helloOf(node));
  for (const [name, value] of [...factsOf(node), [FACT.epoch, '1'] as const])
    state = stateFact(state, name, value);
  for (let round = 1; round <= rounds; round++) state = oneRoundLater(state, round);
  return state;
}

/** The state after one more round of a node that takes writes. */
export function oneRoundLater(state: EndpointState, round: number): EndpointState {
  return beat(stateFact(state, FACT.sequence, String(1_000_000 + round)));
}
