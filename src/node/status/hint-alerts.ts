import { formatDuration } from '../../stdx/duration.js';
import type { NodeId } from '../core/metadata/cluster-metadata.js';
import type { NodeReport, NodeView } from '../core/views/node-views.js';
import type { AlertView } from '../core/views/status-views.js';
import { alert } from './alert.js';

/** What of a node is asked here. */
type HolderReport = Pick<NodeReport, 'name' | 'hints' | 'repairMarkedSlots'>;

/** What is kept for a node that is away, and for how long; empty when nothing is. */
export function hintText(reports: readonly HolderReport[], nodeId: NodeId): string {
  const holders = reports.flatMap((report) =>
    report.hints
      .filter((one) => one.target === nodeId)
      .map(({ windowLeftMs }) => ({ node: report.name, windowLeftMs })),
  );
  if (holders.length === 0) return '';
  const leftMs = Math.min(...holders.map(({ windowLeftMs }) => windowLeftMs));
  const names = holders.map(({ node }) => node).join(' ');
  return `; writes that it missed are kept as hints on ${names}, for ${formatDuration(leftMs)} more; what comes later, repair brings by itself`;
}

/** Hints that are paused, and may be forgotten so; slots that wait for a repair because hints were not kept. */
export function hintAlerts(
  reports: readonly HolderReport[],
  nodes: readonly Pick<NodeView, 'nodeId' | 'name'>[],
): readonly AlertView[] {
  return [
    ...nodes.flatMap((node) => pausedAlerts(reports, node)),
    ...reports.flatMap((report) => markAlerts(report)),
  ];
}

function pausedAlerts(
  reports: readonly HolderReport[],
  { nodeId, name }: Pick<NodeView, 'nodeId' | 'name'>,
): readonly AlertView[] {
  const paused = reports.flatMap((report) =>
    report.hints
      .filter(({ target, state }) => target === nodeId && state === 'paused')
      .map(({ count, windowLeftMs }) => ({ holder: report.name, count, windowLeftMs })),
  );
  if (paused.length === 0) return [];
  const count = paused.reduce((sum, one) => sum + one.count, 0);
  const leftMs = Math.min(...paused.map(({ windowLeftMs }) => windowLeftMs));
  const holders = paused.map(({ holder }) => holder).join(' ');
  const message = `${count} hints for it are paused on ${holders}, and are given up in ${formatDuration(leftMs)}`;
  return [
    alert('warn', 'KV_HINTS_PAUSED', { node: name, message, hints: [`kv hints resume ${name}`] }),
  ];
}

function markAlerts({ name, repairMarkedSlots: slots }: HolderReport): readonly AlertView[] {
  if (slots === 0) return [];
  const of = slots === 1 ? '1 slot' : `${slots} slots`;
  const message = `has marked ${of} of the ring for repair, because hints were not kept to their end; they are repaired by themselves when all owners are there`;
  const hints = ['kv hints list', 'kv repair'];
  return [alert('warn', 'KV_REPAIR_MARKED', { node: name, message, hints })];
}
