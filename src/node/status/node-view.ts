import type { Member } from '../core/metadata/cluster-metadata.js';
import type { NodeView } from '../core/views/node-views.js';
import { presentMembers, shownState, type ViewContext } from './context.js';
import { sharesOf, type Shares } from './shares.js';

/** One row per member: what metadata, gossip and the node itself say of it. */
export function nodeViews(context: ViewContext): readonly NodeView[] {
  const shares = sharesOf(context.view);
  return presentMembers(context).map((member) => nodeView(context, member, shares));
}

function nodeView(context: ViewContext, member: Member, shares: Shares): NodeView {
  const viewing = member.nodeId === context.ownId;
  const answer = context.answers.get(member.nodeId);
  const sighting = context.sightingOf(member.nodeId);
  const liveness = context.stateOf(member.nodeId);
  const { addresses } = member;
  const at = (port: number): string => addressOf(addresses.host, port);
  return {
    nodeId: member.nodeId,
    name: member.name,
    state: shownState(member, liveness),
    liveness,
    membership: member.state,
    forMs: viewing ? (answer?.report?.uptimeMs ?? 0) : (sighting?.forMs ?? 0),
    reason: sighting?.reason ?? '',
    viewing,
    address: at(addresses.clientPort),
    peerAddress: at(addresses.peerPort),
    httpAddress: at(addresses.httpPort),
    host: member.host,
    rack: member.rack,
    dc: member.dc,
    vnodes: member.tokens.length,
    voter: context.view.metadata.voters.includes(member.nodeId),
    primary: shares.primary.get(member.nodeId) ?? 0,
    holds: shares.holds.get(member.nodeId) ?? 0,
    phi: viewing ? undefined : sighting?.phi,
    heartbeatAgeMs: viewing ? 0 : sighting?.heartbeatAgeMs,
    report: answer?.report,
    error: answer?.error,
    maintenance: context.view.metadata.maintenance?.includes(member.nodeId) === true,
  };
}

function addressOf(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
