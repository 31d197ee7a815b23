import type { BalanceView, RangeView, RingNodeView, RingView } from '../core/views/ring-views.js';
import { agreement, nameOf, presentMembers, shownState, type ViewContext } from './context.js';
import { defaultPlacement, rangesOf, rangeSize, sharesOf, stripsOf } from './shares.js';

/** Who owns what, how evenly, and over how many racks and hosts the copies are spread. */
export function ringView(context: ViewContext, options: { readonly all: boolean }): RingView {
  const { metadata, ring } = context.view;
  const shares = sharesOf(context.view);
  const strips = stripsOf(context.view);
  return {
    viewedFrom: nameOf(context, context.ownId),
    cluster: metadata.clusterName,
    hash: ring.hash,
    epoch: metadata.epoch,
    ...agreement(context),
    replicationFactor: metadata.settings.defaultReplicationFactor,
    nodes: presentMembers(context).map((member): RingNodeView => ({
      name: member.name,
      state: shownState(member, context.stateOf(member.nodeId)),
      rack: member.rack,
      dc: member.dc,
      vnodes: member.tokens.length,
      primary: shares.primary.get(member.nodeId) ?? 0,
      holds: shares.holds.get(member.nodeId) ?? 0,
      strip: strips.get(member.nodeId) ?? [],
    })),
    balance: balanceOf(context),
    replicaSets: replicaSetsOf(context),
    ranges: options.all ? allRanges(context) : [],
  };
}

/** Balance of each data centre, and inside it of each rack when there are several: only there can it be even. */
function balanceOf(context: ViewContext): readonly BalanceView[] {
  const owners = presentMembers(context).filter((member) => member.tokens.length > 0);
  const { holds } = sharesOf(context.view);
  const balances: BalanceView[] = [];
  for (const dc of unique(owners.map((member) => member.dc))) {
    const inDc = owners.filter((member) => member.dc === dc);
    const held = (members: typeof inDc): number[] =>
      members.map((member) => holds.get(member.nodeId) ?? 0);
    balances.push({ dc, rack: undefined, maxOverMean: maxOverMean(held(inDc)) });
    const racks = unique(inDc.map((member) => member.rack));
    if (racks.length < 2) continue;
    for (const rack of racks) {
      const inRack = inDc.filter((member) => member.rack === rack);
      balances.push({ dc, rack, maxOverMean: maxOverMean(held(inRack)) });
    }
  }
  return balances;
}

function maxOverMean(values: readonly number[]): number {
  const sum = values.reduce((total, value) => total + value, 0);
  return sum === 0 ? 1 : (Math.max(...values) * values.length) / sum;
}

function replicaSetsOf(context: ViewContext): RingView['replicaSets'] {
  const members = new Map(presentMembers(context).map((member) => [member.nodeId, member]));
  const placement = defaultPlacement(context.view);
  const distinct = new Set<string>();
  let [spanningRacks, spanningHosts, total] = [0, 0, 0];
  for (const range of rangesOf(context.view)) {
    const replicas = placement.replicaSetOf(range.start);
    distinct.add([...replicas].sort().join(' '));
    const spread = (pick: 'rack' | 'host'): number =>
      unique(replicas.map((id) => `${members.get(id)?.dc ?? ''}/${members.get(id)?.[pick] ?? ''}`))
        .length;
    if (spread('rack') === replicas.length) spanningRacks += 1;
    if (spread('host') === replicas.length) spanningHosts += 1;
    total += 1;
  }
  return { distinct: distinct.size, spanningRacks, spanningHosts, total };
}

function allRanges(context: ViewContext): readonly RangeView[] {
  const placement = defaultPlacement(context.view);
  return rangesOf(context.view)
    .filter((range) => rangeSize(range) > 0)
    .map((range) => ({
      start: range.start,
      end: range.end,
      replicas: placement.replicaSetOf(range.start).map((id) => nameOf(context, id)),
    }));
}

function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].sort();
}
