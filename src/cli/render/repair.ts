import type { RepairJobView, RepairPlanView } from '../../node/core/views/repair-views.js';
import {
  repairProblem,
  repairRestarts,
  repairSlowness,
  repairState,
  repairStep,
} from '../../node/core/views/repair-words.js';
import { formatDuration } from '../../stdx/duration.js';
import { UNKNOWN } from '../../stdx/figures.js';
import { formatSize } from '../../stdx/size.js';
import type { Role } from '../colour.js';
import { silentText, type KnownRepairs } from '../known-repairs.js';
import type { Look } from '../look.js';
import { cleanText } from '../show-key.js';
import { renderTable, type Column } from '../table.js';
import { wrapText } from '../text-width.js';
import { document, flow } from './lines.js';

/** What a repair would go over, and what keeps ranges from being whole. */
export function renderRepairPlan(plan: RepairPlanView, scope: string, look: Look): string {
  const { ranges, slots, owners, bytesPerSecond } = plan;
  if (ranges === 0) return document([`Plan  ${scope}: no range, nothing to repair`]);
  return document([
    ...flow(
      [
        `Plan  ${cleanText(scope)}: ${countOf(ranges, 'range')}, ${countOf(slots, 'slot')}`,
        `at most ${formatSize(bytesPerSecond)}/s`,
      ],
      look.width,
    ),
    ...wrapText(
      `owners ${owners.map(({ node, ranges: of }) => `${cleanText(node)} ${of}`).join(', ')}`,
      look.width - 6,
    ).map((line) => `      ${line}`),
    ...blockers(plan).flatMap((text) => marked(text, look)),
  ]);
}

/** What keeps ranges of a plan from being repaired between all of their owners. */
export function blockers({ owners, partial, blocked }: RepairPlanView): readonly string[] {
  const away = owners.filter(({ alive }) => !alive).map(({ node }) => cleanText(node));
  const names = `${away.join(' ')} ${away.length === 1 ? 'is' : 'are'} away`;
  const rest = partial - blocked;
  return [
    ...(rest > 0
      ? [`${names}: ${countOf(rest, 'range')} compared between the owners that are there`]
      : []),
    ...(blocked > 0
      ? [`${names}: ${countOf(blocked, 'range')} cannot be compared: too few owners are alive`]
      : []),
  ];
}

/** All that one repair has done, and what keeps it. */
export function renderRepairJob(job: RepairJobView, look: Look): string {
  const { paint, width } = look;
  const { ranges, done, repaired, partial, failed } = job;
  const head = `${job.id}  ${paint(ROLES[job.state], repairState(job))}  ${formatDuration(job.tookMs)}`;
  return document([
    ...flow(
      [head, `${done} of ${countOf(ranges, 'range')}`, `driven by ${cleanText(job.node)}`],
      width,
    ),
    ...wrapText(
      `of ${cleanText(job.scope)}: ${done - repaired - failed} same, ${repaired} repaired, ${failed} failed; ${partial} partial${awayText(job)}`,
      width - 2,
    ).map((line) => `  ${line}`),
    `  moved ${countOf(job.sent, 'record')}, ${formatSize(job.sentBytes)}; removed ${countOf(job.dropped, 'dead copy', 'dead copies')}`,
    ...(job.state === 'running' && job.step !== '' ? [`  now ${cleanText(repairStep(job))}`] : []),
    ...slowTexts(job),
    ...restartTexts(job),
    ...stuckTexts(job).flatMap((text) => marked(text, look)),
  ]);
}

/** A row for each repair, the newest first; when there is none, says whether that is known. */
export function renderRepairJobs({ found, missing }: KnownRepairs, look: Look): string {
  const jobs = found.map(({ job }) => job);
  if (jobs.length === 0 && missing.length > 0)
    return document([cleanText(`no repair is known; ${silentText(missing)}`)]);
  if (jobs.length === 0)
    return document(['no repairs were asked for (the nodes repair by themselves; see kv status)']);
  return document([...renderTable(COLUMNS, jobs, look)]);
}

/** How far a repair is, in one line. */
export function repairProgress(job: RepairJobView): string {
  const { done, ranges, differing, sent, sentBytes, step } = job;
  const share = ranges === 0 ? 100 : Math.floor((100 * done) / ranges);
  const moved = sent === 0 ? '' : `  ${countOf(sent, 'key')} ${formatSize(sentBytes)}`;
  const head = `${job.id} ${step.padEnd(8)}`;
  const tail = `${done}/${ranges} ${share}%  ${countOf(differing, 'slot')} differed${moved}`;
  const bar = barOf(share, LINE_WIDTH - head.length - tail.length - 2);
  const why = stuckTexts(job)[0];
  return `${[head, bar, tail].filter((part) => part !== '').join(' ')}${why === undefined ? '' : `  ! ${why}`}`;
}

/** The last column of a terminal stays free. */
const LINE_WIDTH = 79;

/** A bar where there is room for one. */
function barOf(share: number, room: number): string {
  const length = Math.min(10, room - 2);
  if (length < 3) return '';
  const filled = Math.floor((length * share) / 100);
  return `[${'#'.repeat(filled)}${'.'.repeat(length - filled)}]`;
}

/** Why a repair does not come on, or what went wrong. */
function stuckTexts(job: RepairJobView): readonly string[] {
  return cleaned(repairProblem(job));
}

/** Why it moves less than it might. */
function slowTexts(job: RepairJobView): readonly string[] {
  return cleaned(repairSlowness(job)).map((text) => `  ${text}`);
}

function restartTexts(job: RepairJobView): readonly string[] {
  const { resumedAtMs } = job;
  const at =
    resumedAtMs === undefined
      ? ''
      : ` at ${new Date(resumedAtMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  return cleaned(repairRestarts(job, at)).map((text) => `  ${text}`);
}

function cleaned(text: string | undefined): readonly string[] {
  return text === undefined ? [] : [cleanText(text)];
}

const ROLES: Readonly<Record<RepairJobView['state'], Role>> = {
  running: 'dim',
  done: 'ok',
  failed: 'bad',
  cancelled: 'warn',
  interrupted: 'bad',
};

const COLUMNS: readonly Column<RepairJobView>[] = [
  { title: 'REPAIR', cell: ({ id }) => id },
  { title: 'STATE', cell: repairState, role: ({ state }) => ROLES[state] },
  { title: 'ON', cell: ({ node }) => node },
  // It is cut where there is no room, and does not go: without it nobody knows one from another.
  { title: 'SCOPE', cell: ({ scope }) => cleanText(scope) },
  { title: 'RANGES', align: 'right', cell: ({ done, ranges }) => `${done}/${ranges}` },
  { title: 'DIFFERED', align: 'right', cell: ({ repaired }) => String(repaired), drop: 4 },
  { title: 'PARTIAL', align: 'right', cell: ({ partial }) => String(partial), drop: 3 },
  { title: 'FAILED', align: 'right', cell: ({ failed }) => String(failed) },
  { title: 'MOVED', align: 'right', cell: ({ sentBytes }) => formatSize(sentBytes), drop: 2 },
  { title: 'TOOK', align: 'right', cell: ({ tookMs }) => formatDuration(tookMs) },
  { title: 'RESTARTS', align: 'right', cell: ({ restarts }) => String(restarts), wide: true },
  { title: 'STEP', cell: ({ step }) => step || UNKNOWN, wide: true },
  { title: 'PROBLEM', cell: ({ problem }) => cleanText(problem) || UNKNOWN, wide: true },
];

function awayText({ away, partial }: RepairJobView): string {
  if (away.length === 0) return '';
  const names = away.map((node) => cleanText(node)).join(' ');
  return partial > 0
    ? ` (without ${names})`
    : `; ${names} ${away.length === 1 ? 'was' : 'were'} away`;
}

function marked(text: string, { paint, width }: Look): readonly string[] {
  const [first, ...rest] = wrapText(text, width - 4);
  return [`  ${paint('warn', '!')} ${first ?? ''}`, ...rest.map((line) => `    ${line}`)];
}

/** `1 range`, `2 ranges`. */
export function countOf(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
