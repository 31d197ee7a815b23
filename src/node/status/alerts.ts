import { majority } from '../core/metadata/voters.js';
import type { NodeReport, NodeView } from '../core/views/node-views.js';
import type { AlertView } from '../core/views/status-views.js';
import type { RepairReport } from '../core/views/repair-views.js';
import { isLate } from '../core/repair/oldest-repair.js';
import { lostForGoodText, recoveryText } from '../core/repair/recovery-text.js';
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
    return [
      alert('bad', 'KV_NODE_DOWN', {
        node: node.name,
        message: `down ${formatDuration(node.forMs)}${why}${hintText(reportsOf(context), node.nodeId)}`,
        hints: show,
      }),
    ];
  }
  const alerts: AlertView[] = [];
  if (node.liveness === 'suspect') {
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
  if (report.drained) {
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

/** What the nodes that answered say of themselves. */
function reportsOf({ answers }: ViewContext): readonly NodeReport[] {
  return [...answers.values()].flatMap(({ report }) => report ?? []);
}
