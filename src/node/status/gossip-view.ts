import { LIMITS } from '../core/limits.js';
import type { Member } from '../core/metadata/cluster-metadata.js';
import type { GossipNodeView, GossipView, ObserverView } from '../core/views/gossip-views.js';
import type { LivenessState } from '../core/views/node-views.js';
import { agreement, nameOf, presentMembers, shownState, type ViewContext } from './context.js';

/** What the answering node knows through gossip, and what each other node sees. */
export function gossipView(context: ViewContext): GossipView {
  const members = presentMembers(context);
  return {
    viewedFrom: nameOf(context, context.ownId),
    round: context.round,
    intervalMs: LIMITS.gossipIntervalMs,
    fanout: LIMITS.gossipFanout,
    suspectPhi: LIMITS.suspectPhi,
    ring: { hash: context.view.ring.hash, ...agreement(context) },
    nodes: members.map((member) => gossipNode(context, member)),
    observers: members.map((member) => observer(context, member, members)),
  };
}

function gossipNode(context: ViewContext, member: Member): GossipNodeView {
  const self = member.nodeId === context.ownId;
  const liveness = context.stateOf(member.nodeId);
  const report = context.answers.get(member.nodeId)?.report;
  const sighting = context.sightingOf(member.nodeId);
  const seen = views(context, member);
  return {
    nodeId: member.nodeId,
    name: member.name,
    liveness,
    forMs: self ? (report?.uptimeMs ?? 0) : (sighting?.forMs ?? 0),
    reason: sighting?.reason ?? '',
    boot: sighting?.boot ?? report?.boot ?? 0,
    heartbeat: sighting?.heartbeat ?? 0,
    heartbeatAgeMs: self ? 0 : (sighting?.heartbeatAgeMs ?? 0),
    phi: self ? undefined : sighting?.phi,
    roundTripMs: self ? undefined : sighting?.roundTripMs,
    clockOffsetMs: self ? report?.clockOffsetMs : sighting?.clockOffsetMs,
    release: sighting?.release ?? report?.release ?? member.release,
    state: shownState(member, liveness),
    self,
    upIn: seen.filter((state) => state === 'up').length,
    askedIn: seen.length,
  };
}

/** How each node that answered sees one member; a node sees itself up. */
function views(context: ViewContext, member: Member): readonly LivenessState[] {
  const states: LivenessState[] = [];
  for (const { report } of context.answers.values()) {
    if (report === undefined) continue;
    states.push(sees(report.nodeId, report.sightings, member.nodeId));
  }
  return states;
}

function observer(context: ViewContext, member: Member, all: readonly Member[]): ObserverView {
  const report = context.answers.get(member.nodeId)?.report;
  if (report === undefined) return { node: member.name, sees: undefined };
  const pairs = all.map(
    (other) => [other.name, sees(member.nodeId, report.sightings, other.nodeId)] as const,
  );
  return { node: member.name, sees: Object.fromEntries(pairs) };
}

function sees(
  observerId: string,
  sightings: readonly { readonly nodeId: string; readonly liveness: LivenessState }[],
  targetId: string,
): LivenessState {
  if (observerId === targetId) return 'up';
  return sightings.find((sighting) => sighting.nodeId === targetId)?.liveness ?? 'down';
}
