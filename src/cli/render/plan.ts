import { blockersOf } from '../../node/core/topology/plan-blockers.js';
import { planProgress } from '../../node/core/topology/plan-progress.js';
import { shownStateOf, type ShownState } from '../../node/core/views/node-views.js';
import type {
  PlanCheck,
  PlanChecks,
  PlanNodeView,
  PlanPreview,
  PlanView,
  TopologyView,
} from '../../node/core/views/topology-views.js';
import { pausedText, percent } from '../../node/core/views/plan-words.js';
import { formatDuration } from '../../stdx/duration.js';
import { formatShare, UNKNOWN } from '../../stdx/figures.js';
import { formatSize } from '../../stdx/size.js';
import type { Look } from '../look.js';
import { jobOf } from '../../node/core/topology/plan-job.js';
import { cleanText } from '../show-key.js';
import { renderTable, type Column } from '../table.js';
import { wrapText } from '../text-width.js';
import { document, flow } from './lines.js';
import { stateMark, stateRole } from './node-state.js';
import { countOf } from './repair.js';

/** What is said of a change beside its figures. */
export interface PlanFrame {
  /** How strictly the checks are taken. */
  readonly checks: PlanChecks;
  /** Commands to type next. */
  readonly next: readonly string[];
}

/** What is staged, or what runs: its changes, what moves, a row per node, the checks, what to type next. */
export function renderPlan(view: TopologyView, frame: PlanFrame, look: Look): string {
  const { plan, staged, preview } = view;
  if (plan === undefined && staged.length === 0)
    return document(['nothing is staged, no plan runs', ...nextLines(frame.next, look)]);
  const changes = plan?.changes ?? staged;
  return document([
    ...(plan === undefined ? [] : planLines(plan, preview, look)),
    ...labelled(plan === undefined ? 'staged' : 'changes', changes.map(textOf), look),
    ...(preview === undefined ? [] : previewLines(view, preview, { frame, look })),
    ...nextLines(frame.next, look),
  ]);
}

function textOf({ text }: { readonly text: string }): string {
  return cleanText(text);
}

function planLines(
  plan: PlanView,
  preview: PlanPreview | undefined,
  look: Look,
): readonly string[] {
  // One that would be begun has no number yet.
  if (preview !== undefined && preview.checks.length > 0) return [];
  return [
    ...planHead(plan, preview, look),
    ...(plan.waitsFor === '' ? [] : labelled('waits', [`for ${cleanText(plan.waitsFor)}`], look)),
  ];
}

/** Which plan it is, and how far: `plan  p-12  write-both  62% of ranges  1.2 GiB moved`. */
export function planHead(
  plan: PlanView,
  preview: PlanPreview | undefined,
  { paint, width }: Look,
): readonly string[] {
  const { share, movedBytes } = progressOf(plan, preview);
  return flow(
    [
      `${'plan'.padEnd(LABEL)}${paint('bold', jobOf(plan))}`,
      plan.step,
      share === undefined ? '' : `${percent(share)} of ranges`,
      movedBytes === 0 ? '' : `${formatSize(movedBytes)} moved`,
      plan.paused ? paint('warn', cleanText(pausedText(plan))) : '',
    ],
    width,
    '  ',
  );
}

export function progressOf(
  plan: PlanView,
  preview: PlanPreview | undefined,
): ReturnType<typeof planProgress> {
  return planProgress(plan.id, preview?.nodes.map(({ report }) => report) ?? []);
}

function previewLines(
  { plan, streamBytesPerSecond }: TopologyView,
  preview: PlanPreview,
  { frame, look }: { readonly frame: PlanFrame; readonly look: Look },
): readonly string[] {
  const { nodes, checks } = preview;
  return [
    ...labelled('moves', [movesText(preview, streamBytesPerSecond)], look),
    '',
    ...renderTable(nodeColumns(plan), nodes, look),
    ...(checks.length === 0 ? [] : ['', ...checkLines(checks, frame.checks, look)]),
  ];
}

function movesText(
  { ranges, movingRanges, movedBytes, movedMs }: PlanPreview,
  bytesPerSecond: number,
): string {
  if (movingRanges === 0) return `nothing: all ${countOf(ranges, 'range')} stay where they are`;
  const lasts = `${formatDuration(Math.max(1000, movedMs))} at ${formatSize(bytesPerSecond)}/s`;
  return `${movingRanges} of ${countOf(ranges, 'range')}, about ${formatSize(movedBytes)}: ${lasts}`;
}

function stateOf({ membership, liveness }: PlanNodeView): ShownState {
  return shownStateOf(membership, liveness);
}

/** What nodes hold and get; while a plan runs also how far they are with it. */
export function nodeColumns(plan: PlanView | undefined): readonly Column<PlanNodeView>[] {
  return [
    {
      title: '  NODE',
      cell: (node) => `${stateMark(stateOf(node))} ${node.node}`,
    },
    { title: 'STATE', cell: stateOf, role: (node) => stateRole(stateOf(node)) },
    right('LOAD', (node) => sizeOf(node.loadBytes)),
    right('HOLDS', ({ holds }) => formatShare(holds)),
    right('AFTER', ({ holdsAfter }) => formatShare(holdsAfter)),
    right('GETS', ({ gains }) => (gains === 0 ? UNKNOWN : formatShare(gains))),
    right('BYTES', ({ gains, gainsBytes }) => (gains === 0 ? UNKNOWN : formatSize(gainsBytes))),
    ...(plan === undefined || plan.step === 'prepare' ? [] : progressColumns(plan)),
    { ...right('DISK FREE', (node) => sizeOf(node.diskFreeBytes)), drop: 2 },
  ];
}

function progressColumns({ id }: PlanView): readonly Column<PlanNodeView>[] {
  const of = (node: PlanNodeView): PlanNodeView['report'] =>
    node.report?.plan === id ? node.report : undefined;
  return [
    right('RANGES', (node) => {
      const report = of(node);
      return report === undefined || report.ranges === 0
        ? UNKNOWN
        : `${report.rangesDone}/${report.ranges}`;
    }),
    {
      ...right('MOVED', (node) => {
        const bytes = of(node)?.movedBytes ?? 0;
        return bytes === 0 ? UNKNOWN : formatSize(bytes);
      }),
      drop: 3,
    },
    { title: 'WAITS FOR', cell: (node) => of(node)?.waitsFor ?? '', wide: true },
  ];
}

function right(title: string, cell: (node: PlanNodeView) => string): Column<PlanNodeView> {
  return { title, align: 'right', cell };
}

function sizeOf(bytes: number | undefined): string {
  return bytes === undefined ? UNKNOWN : formatSize(bytes);
}

/** Each check with what it found; what fails and is not asked for at this strictness only warns. */
function checkLines(
  checks: readonly PlanCheck[],
  strictness: PlanChecks,
  look: Look,
): readonly string[] {
  const blockers = blockersOf(checks, strictness);
  return checks.flatMap((check, i) => {
    const role = check.passed ? 'ok' : blockers.includes(check) ? 'bad' : 'warn';
    const word = { ok: 'OK', bad: 'FAIL', warn: 'WARN' }[role];
    const head = `${(i === 0 ? 'checks' : '').padEnd(LABEL)}${look.paint(role, word)}${' '.repeat(6 - word.length)}`;
    return hanging(head, LABEL + 6, wrapText(cleanText(check.message), look.width - LABEL - 6));
  });
}

const LABEL = 9;

/** Lines under each other, the first one behind a label. */
function labelled(label: string, texts: readonly string[], { width }: Look): readonly string[] {
  const lines = texts.flatMap((text) => wrapText(text, width - LABEL));
  return hanging(label.padEnd(LABEL), LABEL, lines);
}

function hanging(head: string, indent: number, lines: readonly string[]): readonly string[] {
  return lines.map((line, i) => `${i === 0 ? head : ' '.repeat(indent)}${line}`);
}

function nextLines(next: readonly string[], { width }: Look): readonly string[] {
  if (next.length === 0) return [];
  return ['', ...hanging('try:'.padEnd(LABEL), LABEL, flow(next, width - LABEL, ' | '))];
}
