import type { HintReport } from '../views/hint-views.js';
import type { NodeView } from '../views/node-views.js';
import type { StatusView } from '../views/status-views.js';

/** What one node keeps for another, by the names that people use. */
interface HolderView extends Omit<HintReport, 'target'> {
  readonly node: string;
}

/** All that is kept for one node, by whomever. */
export interface TargetHints {
  readonly target: string;
  readonly nodeId: string;
  /** `removed` for one that is no member any more: its successors are sent its hints. */
  readonly targetState: NodeView['state'] | 'removed';
  readonly count: number;
  readonly bytes: number;
  readonly oldestAgeMs: number;
  /** Of the holder whose window closes first. */
  readonly windowLeftMs: number;
  readonly bytesPerSecond: number;
  /** `replaying` when any holder does, `paused` when all are. */
  readonly state: HintReport['state'];
  readonly holders: readonly HolderView[];
}

/** Hints by the node that missed writes, the most of them first; of the nodes that answered. */
export function hintsByTarget({ nodes }: Pick<StatusView, 'nodes'>): readonly TargetHints[] {
  const holders = new Map<string, HolderView[]>();
  for (const { name, report } of nodes)
    for (const { target, ...kept } of report?.hints ?? []) {
      const known = holders.get(target) ?? [];
      holders.set(target, [...known, { node: name, ...kept }]);
    }
  return [...holders]
    .map(([nodeId, held]) => targetOf(nodeId, held, nodes))
    .sort((a, b) => b.bytes - a.bytes || (a.target < b.target ? -1 : 1));
}

/** Slots of the ring that any node has marked for repair. */
export function repairMarks({ nodes }: Pick<StatusView, 'nodes'>): number {
  return nodes.reduce((sum, { report }) => sum + (report?.repairMarkedSlots ?? 0), 0);
}

function targetOf(
  nodeId: string,
  holders: readonly HolderView[],
  nodes: readonly NodeView[],
): TargetHints {
  const node = nodes.find((one) => one.nodeId === nodeId);
  const sum = (pick: (holder: HolderView) => number): number =>
    holders.reduce((all, holder) => all + pick(holder), 0);
  return {
    target: node?.name ?? nodeId,
    nodeId,
    targetState: node?.state ?? 'removed',
    count: sum(({ count }) => count),
    bytes: sum(({ bytes }) => bytes),
    oldestAgeMs: Math.max(...holders.map(({ oldestAgeMs }) => oldestAgeMs)),
    windowLeftMs: Math.min(...holders.map(({ windowLeftMs }) => windowLeftMs)),
    bytesPerSecond: sum(({ bytesPerSecond }) => bytesPerSecond),
    state: stateOf(holders),
    holders,
  };
}

function stateOf(holders: readonly HolderView[]): HintReport['state'] {
  if (holders.some(({ state }) => state === 'replaying')) return 'replaying';
  return holders.every(({ state }) => state === 'paused') ? 'paused' : 'waiting';
}
