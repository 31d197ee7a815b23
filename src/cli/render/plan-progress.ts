import type { PlanNodeView, PlanView, TopologyView } from '../../node/core/views/topology-views.js';
import { pausedText, percent, planWaits as waitsOf } from '../../node/core/views/plan-words.js';
import { formatSize } from '../../stdx/size.js';
import type { Look } from '../look.js';
import { jobOf } from '../../node/core/topology/plan-job.js';
import { cleanText } from '../show-key.js';
import { renderTable } from '../table.js';
import { clipText } from '../text-width.js';
import { document } from './lines.js';
import { nodeColumns, planHead, progressOf } from './plan.js';
import { changesText } from './plan-words.js';

type Running = TopologyView & { readonly plan: PlanView };

/** A plan that runs, as a terminal shows it again and again: how far it is, a row per node that moves something, why it waits. */
export function planFrame({ plan, preview }: Running, look: Look): string {
  const nodes = (preview?.nodes ?? []).filter((node) => isBusy(node, plan));
  return document([
    ...planHead(plan, preview, look),
    ...(nodes.length === 0 ? [] : renderTable(nodeColumns(plan), nodes, look)),
    ...planWaits({ plan, preview }).map((text) => clipText(text, look.width)),
  ]);
}

function isBusy({ gains, report }: PlanNodeView, { id }: PlanView): boolean {
  return gains > 0 || (report?.plan === id && report.ranges > 0);
}

/** Why a plan does not come on: what its driver says, else what nodes say. */
export function planWaits({ plan, preview }: Pick<Running, 'plan' | 'preview'>): readonly string[] {
  return waitsOf(plan, preview?.nodes ?? []).map(cleanText);
}

/** The same in one line, where nothing can be painted over. */
export function planLine({ plan, preview }: Pick<Running, 'plan' | 'preview'>): string {
  const { share, ranges, rangesDone, movedBytes } = progressOf(plan, preview);
  return [
    jobOf(plan),
    plan.step,
    ...(share === undefined ? [] : [percent(share), `${rangesDone}/${ranges} ranges`]),
    ...(movedBytes === 0 ? [] : [formatSize(movedBytes)]),
    ...(plan.paused ? [cleanText(pausedText(plan))] : [changesText(plan.changes)]),
  ].join('  ');
}
