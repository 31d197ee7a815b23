import { assert } from '../../../stdx/assert.js';
import { LIMITS } from '../limits.js';
import type { EndpointDelta, EndpointFact } from '../messages.js';
import type { NodeId } from '../metadata/cluster-metadata.js';

/**
 * What is known of one endpoint: a delta that leaves nothing out. Facts have distinct names and are kept in order of version.
 * One counter of the owner numbers heartbeats and facts alike, so the highest version says how much of a boot is known.
 */
export type EndpointState = EndpointDelta;

/** Who an endpoint is at one start. */
export interface Incarnation {
  readonly nodeId: NodeId;
  readonly boot: number;
  readonly nonce: string;
}

/** An endpoint at its start, with nothing said yet. */
export function newEndpoint({ nodeId, boot, nonce }: Incarnation): EndpointState {
  return { nodeId, boot, nonce, heartbeat: 0, facts: [] };
}

/** Highest version known of the endpoint, heartbeat included; zero when nothing is. */
export function versionOf(state: EndpointState): number {
  return Math.max(state.heartbeat, state.facts.at(-1)?.version ?? 0);
}

/** Value of a fact, or undefined when the endpoint has not stated it. */
export function factOf(state: EndpointState, name: string): string | undefined {
  return state.facts.find((fact) => fact.name === name)?.value;
}

/** The own state one heartbeat later. */
export function beat(own: EndpointState): EndpointState {
  return { ...own, heartbeat: versionOf(own) + 1 };
}

/** The own state with a fact stated anew; the same state when nothing changes. */
export function stateFact(own: EndpointState, name: string, value: string): EndpointState {
  assert(
    name.length <= LIMITS.gossipFactBytes && value.length <= LIMITS.gossipFactBytes,
    `the fact ${name} is too long for gossip`,
  );
  if (factOf(own, name) === value) return own;
  const others = own.facts.filter((fact) => fact.name !== name);
  assert(others.length < LIMITS.gossipFacts, 'an endpoint states too many facts');
  return { ...own, facts: [...others, { name, value, version: versionOf(own) + 1 }] };
}

/** Orders the starts of one endpoint: the later boot is greater; equal boots with two nonces are clones, in an arbitrary but fixed order. */
export function compareIncarnations(a: Incarnation, b: Incarnation): number {
  if (a.boot !== b.boot) return a.boot - b.boot;
  if (a.nonce === b.nonce) return 0;
  return a.nonce < b.nonce ? -1 : 1;
}

/**
 * The join of two pieces of knowledge about one endpoint: commutative, associative, idempotent.
 * A later incarnation wins whole; within one, the later heartbeat and the later version of each fact win.
 * Returns `a` itself when `b` adds nothing.
 */
export function mergeEndpoints(a: EndpointState, b: EndpointState): EndpointState {
  assert(a.nodeId === b.nodeId, 'only states of one endpoint merge');
  const order = compareIncarnations(a, b);
  if (order !== 0) return order > 0 ? a : { ...b, facts: mergeFacts([], b.facts) };
  const facts = mergeFacts(a.facts, b.facts);
  if (b.heartbeat <= a.heartbeat && facts === a.facts) return a;
  const { nodeId, boot, nonce } = a;
  return { nodeId, boot, nonce, heartbeat: Math.max(a.heartbeat, b.heartbeat), facts };
}

function mergeFacts(
  known: readonly EndpointFact[],
  heard: readonly EndpointFact[],
): readonly EndpointFact[] {
  // Most of what is heard is a heartbeat alone, or one fact more: a few comparisons are cheaper than a map.
  let merged: EndpointFact[] | undefined;
  for (const fact of heard) {
    const facts: readonly EndpointFact[] = merged ?? known;
    const at = facts.findIndex((one) => one.name === fact.name);
    if (at >= 0 && !isNewer(fact, facts[at]!)) continue;
    merged ??= [...known];
    if (at < 0) merged.push(fact);
    else merged[at] = fact;
  }
  return merged?.sort(byVersion) ?? known;
}

/** The owner never gives two values to one version; the comparison of values only makes the order total. */
function isNewer(fact: EndpointFact, old: EndpointFact): boolean {
  return fact.version !== old.version ? fact.version > old.version : fact.value > old.value;
}

function byVersion(a: EndpointFact, b: EndpointFact): number {
  return a.version - b.version || (a.name < b.name ? -1 : 1);
}
