import { majority } from '../core/metadata/voters.js';
import type { NodeReport, NodeView } from '../core/views/node-views.js';
import type { AlertView } from '../core/views/status-views.js';
import type { RepairReport } from '../core/views/repair-views.js';
import { isLate } from '../core/repair/oldest-repair.js';
import { lostForGoodText, recoveryText } from '../core/repair/recovery-text.js';
import { changesText } from '../core/views/plan-words.js';
import { jobOf } from '../core/topology/plan-job.js';
import { LIMITS } from '../core/limits.js';
import { plannedViews } from '../topology/planned-views.js';
import { formatDuration } from '../../stdx/duration.js';
import { alert } from './alert.js';
import { agreement, nameOf, type ViewContext } from './context.js';
import { damageAlerts } from './damage-alerts.js';
import { hintAlerts, hintText } from './hint-alerts.js';

/** What an operator should know now, worst first; empty when all is well. */
export function alertsOf(context: ViewContext, nodes: readonly NodeView[]): readonly AlertView[] {
  const alerts = [
    ...nodes.flatMap((node) => nodeAlerts(context, node)),
    ...hintAlerts(reportsOf(context), nodes),
    ...clusterAlerts(context, nodes),
  ];
  return [
    ...alerts.filter((one) => one.severity === 'bad'),
    ...alerts.filter((one) => one.severity === 'warn'),
  ];
}

function nodeAlerts(context: ViewContext, node: NodeView): AlertView[] {
  const show = [`kv node show ${node.name}`, 'kv gossip'];
  if (node.liveness === 'down') {
    const why = node.reason === '' ? '' : ` (${node.reason})`;
    if (node.maintenance) return [maintenanceAlert(node, `down ${formatDuration(node.forMs)}`)];
    return [
      alert('bad', 'KV_NODE_DOWN', {
        node: node.name,
        message: `down ${formatDuration(node.forMs)}${why}${hintText(reportsOf(context), node.nodeId)}`,
        hints: show,
      }),
    ];
  }
  const alerts: AlertView[] = [];
  if (node.maintenance) alerts.push(maintenanceAlert(node, node.liveness));
  else if (node.liveness === 'suspect') {
    const message = `suspect ${formatDuration(node.forMs)} (${node.reason})`;
    alerts.push(alert('warn', 'KV_NODE_SUSPECT', { node: node.name, message, hints: show }));
  }
  const { report } = node;
  if (report === undefined) {
    if (node.error !== undefined && node.liveness === 'up') {
      const message = `alive by gossip, but did not answer: ${node.error.message}`;
      alerts.push(alert('warn', node.error.code, { node: node.name, message, hints: show }));
    }
    return alerts;
  }
  if (!report.ready) {
    const message = `not ready: ${report.notReadyReason}`;
    alerts.push(alert('bad', 'KV_NOT_READY', { node: node.name, message, hints: show }));
  }
  if (report.drained && !node.maintenance) {
    const hints = [`kv node resume ${node.name}`];
    const message = 'drained: it takes no clients, and goes on as a replica';
    alerts.push(alert('warn', 'KV_NODE_DRAINED', { node: node.name, message, hints }));
  }
  if (report.writesRefused !== '') {
    const message = `takes no writes: ${report.writesRefused}`;
    alerts.push(alert('bad', 'KV_DISK_FULL', { node: node.name, message, hints: show }));
  }
  return [
    ...alerts,
    ...clockAlerts(context, node.name, report.clockOffsetMs),
    ...repairAlerts(node.name, report),
    ...recoveryAlerts(node.name, report),
    ...damageAlerts(report),
  ];
}

/** That somebody works on a node is told until it is over: otherwise nobody hears of it any more. */
function maintenanceAlert({ name }: NodeView, state: string): AlertView {
  return alert('warn', 'KV_NODE_MAINTENANCE', {
    node: name,
    message: `in maintenance, ${state}: it takes no clients, and that it is down is no alarm`,
    hints: [`kv node maintenance ${name} off`],
  });
}

/** Ranges that should have been repaired by now. */
function repairAlerts(
  name: string,
  { repairOldestAgeMs: ageMs, repairCycleMs: cycleMs }: RepairReport,
): AlertView[] {
  if (ageMs === undefined || !isLate({ ageMs, cycleMs })) return [];
  const message = `owns a range that was last repaired on all owners ${formatDuration(ageMs)} ago, and should be each ${formatDuration(cycleMs)}`;
  const hints = ['kv status', `kv repair --node ${name}`];
  return [alert('warn', 'KV_REPAIR_LATE', { node: name, message, hints })];
}

/** A node that has lost acknowledged writes: those that it acknowledged are on one copy less until the others have brought them. */
function recoveryAlerts(name: string, { recovery }: RepairReport): AlertView[] {
  if (recovery === undefined) return [];
  const forGood = lostForGoodText(recovery);
  const message = `${recoveryText(recovery)}; until all are, a quorum read may miss what was acknowledged: accept no loss on another node${forGood === '' ? '' : `; ${forGood}`}`;
  const hints = [`kv repair --node ${name}`, `kv storage show --node ${name}`];
  return [alert('bad', 'KV_RECOVERING', { node: name, message, hints })];
}

function clockAlerts(
  context: ViewContext,
  name: string,
  offsetMs: number | undefined,
): AlertView[] {
  const { clockSkewWarnMs, clockSkewMaxMs } = context.view.metadata.settings;
  if (offsetMs === undefined || Math.abs(offsetMs) < clockSkewWarnMs) return [];
  const far = Math.abs(offsetMs) >= clockSkewMaxMs;
  const sign = offsetMs > 0 ? '+' : '-';
  const stops = far ? '; it does not coordinate until the clock is set' : '';
  const message = `its clock is ${sign}${formatDuration(Math.abs(offsetMs))} off the median of its peers${stops}`;
  return [alert(far ? 'bad' : 'warn', 'KV_CLOCK_SKEW', { node: name, message, hints: [] })];
}

function clusterAlerts(context: ViewContext, nodes: readonly NodeView[]): AlertView[] {
  const alerts: AlertView[] = [];
  const { metadata } = context.view;
  const alive = metadata.voters.filter((id) => context.stateOf(id) !== 'down');
  if (alive.length < majority(metadata.voters.length)) {
    const lost = metadata.voters.filter((id) => context.stateOf(id) === 'down');
    const names = lost.map((id) => nameOf(context, id)).join(', ');
    const message = `${alive.length} of ${metadata.voters.length} voters alive (${names} down): metadata cannot change; data needs no voters`;
    alerts.push(alert('bad', 'KV_NO_VOTER_MAJORITY', { node: undefined, message, hints: [] }));
  }
  alerts.push(...planAlerts(context));
  const { agreed, asked } = agreement(context);
  if (agreed < asked) {
    const message = `${asked - agreed} of ${asked} nodes have another epoch of the metadata`;
    alerts.push(
      alert('warn', 'KV_RING_DISAGREES', { node: undefined, message, hints: ['kv ring show'] }),
    );
  }
  const releases = new Set(nodes.flatMap((node) => node.report?.release ?? []));
  if (releases.size > 1) {
    const message = `nodes run different versions of kv: ${[...releases].sort().join(', ')}`;
    alerts.push(
      alert('warn', 'KV_MIXED_RELEASES', { node: undefined, message, hints: ['kv node list'] }),
    );
  }
  const copies = metadata.settings.defaultReplicationFactor;
  if (nodes.length < copies) {
    const message = `${nodes.length} of ${copies} nodes: each key has ${nodes.length} of ${copies} copies`;
    alerts.push(
      alert('warn', 'KV_FEWER_COPIES', {
        node: undefined,
        message,
        hints: metadata.opened ? [] : ['kv node start --join HOST:PORT'],
      }),
    );
  }
  return alerts;
}

/** A plan that somebody, or some node, has to be looked after for. */
function planAlerts({ view, stateOf, answers }: ViewContext): AlertView[] {
  const { plan } = plannedViews(view.metadata, {
    stateOf,
    reportOf: (nodeId) => answers.get(nodeId)?.report,
  });
  if (plan === undefined) return [];
  const job = jobOf(plan);
  const what = `plan ${job} (${changesText(plan.changes)})`;
  const told = (code: string, message: string, hints: readonly string[]): AlertView[] => [
    alert('warn', code, { node: undefined, message: `${what} ${message}`, hints }),
  ];
  if (plan.pausedFor !== '')
    return told('KV_PLAN_PAUSED', `waits until ${plan.pausedFor}, which joins, is up again`, [
      `kv node show ${plan.pausedFor}`,
      `kv job cancel ${job}`,
    ]);
  if (plan.paused)
    return told('KV_PLAN_PAUSED', 'is paused: nothing is moved', [`kv job resume ${job}`]);
  if (plan.stalledMs < LIMITS.planStalledMs) return [];
  const why = plan.waitsFor === '' ? '' : `; it waits for ${plan.waitsFor}`;
  const message = `has not come on for ${formatDuration(plan.stalledMs)}${why}`;
  return told('KV_PLAN_STALLED', message, [`kv job show ${job}`]);
}

/** What the nodes that answered say of themselves. */
function reportsOf({ answers }: ViewContext): readonly NodeReport[] {
  return [...answers.values()].flatMap(({ report }) => report ?? []);
}
