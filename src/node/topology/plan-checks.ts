import { formatSize } from '../../stdx/size.js';
import type { NodeId } from '../core/metadata/cluster-metadata.js';
import { effectiveReplication } from '../core/metadata/replication.js';
import { forgottenIn } from '../core/topology/forgotten.js';
import { isCovered } from '../core/topology/fencing.js';
import { stateAfter } from '../core/topology/planned-state.js';
import type { PlannedChange } from '../core/topology/topology-plan.js';
import type { PlanCheck, PlanNodeView } from '../core/views/topology-views.js';
import type { ClusterView } from '../services.js';
import { moves, piecesOf, type PlanKnowledge } from './plan-preview.js';

/** What is judged before a plan begins. */
export interface CheckedPlan {
  /** Of the state as it would be once the plan is prepared. */
  readonly view: ClusterView;
  readonly changes: readonly PlannedChange[];
  readonly nodes: readonly PlanNodeView[];
  /** Another one that runs already. */
  readonly running: number | undefined;
}

/** A disk is not filled further than this by what a plan brings. */
const FREE_SHARE = 0.2;

/** Whether a plan may begin: each reason by itself, so that all of them are seen at once. */
export function checksOf(plan: CheckedPlan, knowledge: PlanKnowledge): readonly PlanCheck[] {
  return [
    runningCheck(plan),
    ...deadChecks(plan, knowledge),
    ...leaverChecks(plan, knowledge),
    quorumCheck(plan, knowledge),
    upCheck(plan, knowledge),
    copiesCheck(plan),
    ...diskChecks(plan),
    releaseCheck(plan, knowledge),
  ];
}

function runningCheck({ running }: CheckedPlan): PlanCheck {
  const passed = running === undefined;
  const message = passed ? 'no other plan runs' : `plan p-${running} is under way`;
  return { name: 'running', passed, message };
}

/** Whoever is held for dead and is not would go on serving what it does not own any more. */
function deadChecks(
  { view, changes }: CheckedPlan,
  { stateOf, reports }: PlanKnowledge,
): readonly PlanCheck[] {
  const dead = changes.flatMap((change) => {
    if (change.kind === 'leave' && change.isDead) return [change.nodeId];
    return change.kind === 'join' && change.replaces !== undefined ? [change.replaces] : [];
  });
  return dead.map((nodeId) => {
    const name = nameIn(view, nodeId);
    const seers = seersOf(nodeId, reports);
    // The node that is asked is among those that answer, unless it has just started.
    const seenBy = seers.length > 0 || stateOf(nodeId) === 'down' ? seers : ['this node'];
    const passed = seenBy.length === 0;
    const message = passed
      ? `${name} is down`
      : `${name} is alive, as ${seenBy.join(' ')} ${seenBy.length === 1 ? 'sees' : 'see'} it: let it leave, or stop it first`;
    return { name: 'dead', passed, message };
  });
}

/** Who is to hand over what it has must be there; who is not is removed, which asks whether it is dead. */
function leaverChecks(
  { view, changes }: CheckedPlan,
  { stateOf }: PlanKnowledge,
): readonly PlanCheck[] {
  return changes.flatMap((change): PlanCheck[] => {
    if (change.kind !== 'leave' || change.isDead || stateOf(change.nodeId) !== 'down') return [];
    const name = nameIn(view, change.nodeId);
    const message = `${name} is down and hands nothing over: remove it (kv node remove ${name}), or start it first`;
    return [{ name: 'dead', passed: false, message }];
  });
}

/** One that has just started cannot know yet who is down. */
const KNOWS_AFTER_MS = 20_000;

/** The names of the nodes that answered, and do not hold a node for down though they had the time to see it. */
export function seersOf(nodeId: NodeId, reports: PlanKnowledge['reports']): readonly string[] {
  return [...reports.values()].flatMap(({ name, nodeId: seer, uptimeMs, sightings }) => {
    if (seer === nodeId) return [name];
    if (uptimeMs < KNOWS_AFTER_MS) return [];
    const sighting = sightings.find((one) => one.nodeId === nodeId);
    return sighting !== undefined && sighting.liveness !== 'down' ? [name] : [];
  });
}

/** Of every piece that moves so many owners must be there that nothing acknowledged is missed. */
function quorumCheck({ view, changes }: CheckedPlan, { stateOf }: PlanKnowledge): PlanCheck {
  const dcs = new Map(view.metadata.members.map(({ nodeId, dc }) => [nodeId, dc]));
  const forgotten = forgottenIn(changes);
  const facts = {
    isForgotten: (nodeId: NodeId): boolean => forgotten.has(nodeId),
    dcOf: (nodeId: NodeId): string => dcs.get(nodeId) ?? '',
    does: (nodeId: NodeId): boolean => stateOf(nodeId) === 'up',
  };
  const pieces = piecesOf(view).filter(moves);
  const lacking = (given: typeof facts): number =>
    pieces.filter(({ old, next }) => !isCovered({ old, next, write: old, read: old }, given))
      .length;
  const short = lacking(facts);
  if (short > 0) {
    const message = `${short} of ${pieces.length} ranges that move lack owners that are up`;
    return { name: 'quorum', passed: false, message };
  }
  const given = forgotten.size === 0 ? 0 : lacking({ ...facts, isForgotten: () => false });
  const message =
    given === 0
      ? `every range that moves has its owners to move from`
      : `${given} of ${pieces.length} ranges that move have too few owners left: what only those had that are forgotten is lost`;
  return { name: 'quorum', passed: true, message };
}

function upCheck({ view, changes }: CheckedPlan, { stateOf, reports }: PlanKnowledge): PlanCheck {
  const excused = new Set(
    changes.flatMap((change) => {
      if (change.kind === 'leave' && change.isDead) return [change.nodeId];
      return change.kind === 'join' && change.replaces !== undefined ? [change.replaces] : [];
    }),
  );
  const away = view.metadata.members.filter(
    ({ nodeId, state }) => state !== 'removed' && !excused.has(nodeId) && stateOf(nodeId) !== 'up',
  );
  const silent = view.metadata.members.filter(
    (member) =>
      member.state !== 'removed' &&
      !excused.has(member.nodeId) &&
      !away.includes(member) &&
      !reports.has(member.nodeId),
  );
  const passed = away.length + silent.length === 0;
  const [down, mute] = [away, silent].map((some) => some.map(({ name }) => name).join(' '));
  const reasons = [
    ...(away.length === 0 ? [] : [`${down} ${away.length === 1 ? 'is' : 'are'} not up`]),
    ...(silent.length === 0 ? [] : [`${mute} ${silent.length === 1 ? 'does' : 'do'} not answer`]),
  ];
  return { name: 'up', passed, message: passed ? 'all nodes are up' : reasons.join('; ') };
}

/** A namespace must not end with fewer copies than it has, for want of nodes. */
function copiesCheck({ view, changes }: CheckedPlan): PlanCheck {
  const after = stateAfter(view.metadata, changes);
  const asked = new Set(
    changes.flatMap((change) => (change.kind === 'replication' ? [change.namespace] : [])),
  );
  const fewer = view.metadata.namespaces.flatMap((namespace) => {
    const planned = after.namespaces.find(({ id }) => id === namespace.id) ?? namespace;
    const [now, next] = [
      copiesIn(effectiveReplication(view.metadata, namespace)),
      copiesIn(effectiveReplication(after, planned)),
    ];
    if (next >= now) return [];
    const isAsked = asked.has(namespace.id);
    const text = `${namespace.name} ${isAsked ? 'will' : 'would'} have ${next} ${next === 1 ? 'copy' : 'copies'}, not ${now}`;
    return [{ isAsked, text }];
  });
  const unasked = fewer.filter(({ isAsked }) => !isAsked);
  const passed = unasked.length === 0;
  const told = (passed ? fewer : unasked).map(({ text }) => text).join('; ');
  if (!passed) return { name: 'copies', passed, message: told };
  return {
    name: 'copies',
    passed,
    message: told === '' ? 'no namespace loses a copy' : `${told}, as is asked`,
  };
}

function copiesIn(replication: Readonly<Record<string, number>>): number {
  return Object.values(replication).reduce((sum, copies) => sum + copies, 0);
}

function diskChecks({ nodes }: CheckedPlan): readonly PlanCheck[] {
  const gainers = nodes.filter(({ gains }) => gains > 0);
  const short = gainers.flatMap(({ node, gainsBytes, diskFreeBytes }): PlanCheck[] => {
    if (diskFreeBytes === undefined || gainsBytes <= diskFreeBytes * (1 - FREE_SHARE)) return [];
    const message = `${node} would get ${formatSize(gainsBytes)} and has ${formatSize(diskFreeBytes)} free`;
    return [{ name: 'disk', passed: false, message }];
  });
  if (short.length > 0) return short;
  return [{ name: 'disk', passed: true, message: 'what is moved fits on the disks' }];
}

function releaseCheck({ view }: CheckedPlan, { reports }: PlanKnowledge): PlanCheck {
  const releases = new Set([...reports.values()].map(({ release }) => release));
  const passed = releases.size <= 1;
  const message = passed
    ? 'all nodes run the same release'
    : `${view.metadata.clusterName} runs releases ${[...releases].sort().join(' and ')}`;
  return { name: 'release', passed, message };
}

function nameIn(view: ClusterView, nodeId: NodeId): string {
  return view.metadata.members.find((member) => member.nodeId === nodeId)?.name ?? nodeId;
}
