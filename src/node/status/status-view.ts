import type { NodeId } from '../core/metadata/cluster-metadata.js';
import type { NodeReport, NodeView, OperationView } from '../core/views/node-views.js';
import type { AlertView, Health, RangesView, StatusView } from '../core/views/status-views.js';
import { plannedViews } from '../topology/planned-views.js';
import { alertsOf } from './alerts.js';
import { agreement, isServing, nameOf, type ViewContext } from './context.js';
import { nodeViews } from './node-view.js';
import { placementsOf, rangesOf } from './shares.js';

/** The verdict on the cluster, its figures, and a row per node. */
export function statusView(context: ViewContext): StatusView {
  const { metadata, ring } = context.view;
  const nodes = nodeViews(context);
  const ranges = rangesView(context);
  const alerts = alertsOf(context, nodes);
  const reports = nodes.flatMap((node) => node.report ?? []);
  return {
    clusterId: metadata.clusterId,
    cluster: metadata.clusterName,
    health: healthOf(ranges, !alerts.every(isRemark)),
    viewedFrom: nameOf(context, context.ownId),
    atMs: context.atMs,
    opened: metadata.opened,
    replicationFactor: metadata.settings.defaultReplicationFactor,
    effectiveReplication: Math.min(
      metadata.settings.defaultReplicationFactor,
      nodes.filter((node) => node.vnodes > 0).length,
    ),
    ring: { hash: ring.hash, epoch: metadata.epoch, ...agreement(context) },
    ranges,
    voters: votersView(context),
    reads: sumOf(reports, (report) => report.reads),
    writes: sumOf(reports, (report) => report.writes),
    loadBytes: reports.reduce((sum, report) => sum + report.loadBytes, 0),
    nodes,
    alerts,
    ...plannedViews(metadata, {
      stateOf: context.stateOf,
      reportOf: (nodeId) => context.answers.get(nodeId)?.report,
    }),
  };
}

/**
 * What is said, but is no fault of the cluster: fewer nodes than copies is how one begins, and stays in a trial; and rotten copies that
 * are healed tell of a disk.
 */
function isRemark({ code, severity }: AlertView): boolean {
  return code === 'KV_FEWER_COPIES' || (code === 'KV_ROTTEN_COPIES' && severity === 'warn');
}

function healthOf(ranges: RangesView, trouble: boolean): Health {
  if (ranges.noQuorum > 0) return 'CRITICAL';
  return ranges.degraded > 0 || trouble ? 'DEGRADED' : 'HEALTHY';
}

function votersView(context: ViewContext): { total: number; alive: number } {
  const { voters } = context.view.metadata;
  const alive = voters.filter((id) => context.stateOf(id) !== 'down');
  return { total: voters.length, alive: alive.length };
}

/** Counts the ranges by how many of their copies can serve now: each as in the namespace that is off worst there. */
function rangesView(context: ViewContext): RangesView {
  const placements = placementsOf(context.view);
  const counts = { full: 0, degraded: 0, noQuorum: 0 };
  for (const range of rangesOf(context.view)) {
    const states = placements.map((one) => rangeState(context, one.replicaSetOf(range.start)));
    counts[RANGE_STATES.find((state) => states.includes(state)) ?? 'full'] += 1;
  }
  return {
    total: counts.full + counts.degraded + counts.noQuorum,
    ...counts,
    noQuorumIn: counts.noQuorum === 0 ? [] : namespacesWithout(context),
  };
}

/** Those that have ranges without a quorum; none of them are named where it is all. */
function namespacesWithout(context: ViewContext): readonly string[] {
  const { namespaces } = context.view.metadata;
  const ranges = rangesOf(context.view);
  const broken = placementsOf(context.view).filter((one) =>
    ranges.some(({ start }) => rangeState(context, one.replicaSetOf(start)) === 'noQuorum'),
  );
  const without = namespaces.filter((one) => broken.includes(context.view.placementOf(one)));
  return without.length === namespaces.length ? [] : without.map(({ name }) => name);
}

/** The worst first. */
const RANGE_STATES = ['noQuorum', 'degraded', 'full'] as const;

function rangeState(
  context: ViewContext,
  replicas: readonly NodeId[],
): (typeof RANGE_STATES)[number] {
  const serving = replicas.filter((id) => isServing(context, id)).length;
  if (serving === replicas.length) return 'full';
  return serving >= Math.floor(replicas.length / 2) + 1 ? 'degraded' : 'noQuorum';
}

/** Rates add up; of the percentiles the worst node's is shown, which no average hides. */
function sumOf(
  reports: readonly NodeReport[],
  pick: (report: NodeReport) => OperationView,
): OperationView {
  const views = reports.map(pick);
  const worst = (values: readonly (number | undefined)[]): number | undefined => {
    const known = values.filter((value) => value !== undefined);
    return known.length === 0 ? undefined : Math.max(...known);
  };
  return {
    perSecond: views.reduce((sum, view) => sum + view.perSecond, 0),
    p50Ms: worst(views.map((view) => view.p50Ms)),
    p99Ms: worst(views.map((view) => view.p99Ms)),
  };
}

/** The nodes of a status by name, for those who look for one. */
export function nodeNamed(status: StatusView, name: string): NodeView | undefined {
  return status.nodes.find((node) => node.name === name || node.nodeId === name);
}
