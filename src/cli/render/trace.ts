import type { TraceStep, TraceView } from '../../node/core/views.js';
import { formatDuration } from '../../stdx/duration.js';
import type { Look } from '../look.js';
import { cleanText } from '../show-key.js';
import { clipText } from '../text-width.js';
import { document, flow } from './lines.js';

const BAR = 24;
const LABEL = 20;
const TOOK = 8;

/** How one operation went: a bar per step, in the time since the coordinator received it. */
export function renderTrace(trace: TraceView, look: Look): string {
  return document([
    ...headLines(trace, look),
    scaleLine(trace),
    ...trace.steps.map((step) => stepLine(step, trace, look)),
    ...flow([`read-repair ${trace.readRepair || 'none'}`], look.width),
  ]);
}

/** The first and the last line of a trace: all that `-v` shows. */
export function summariseTrace(trace: TraceView, look: Look): string {
  return document(headLines(trace, look));
}

function headLines(trace: TraceView, { width, paint }: Look): readonly string[] {
  const { level, needed, replicas, tookMs, outcome, coordinator } = trace;
  const verdict = outcome === 'ok' ? paint('ok', 'OK') : paint('bad', outcome.replace('_', ' '));
  const hop = trace.coordinatorIsReplica ? 'a replica' : 'not a replica: +1 hop';
  return flow(
    [
      `${cleanText(trace.operation)}  ${level} ${needed}/${replicas}  ${verdict} ${formatDuration(tookMs)}`,
      `coordinator ${cleanText(coordinator)} (${hop})`,
    ],
    width,
  );
}

function scaleLine({ tookMs }: TraceView): string {
  const end = formatDuration(tookMs);
  return `${' '.repeat(LABEL + 1)}0${end.padStart(BAR - 1)}`;
}

function stepLine(step: TraceStep, { tookMs }: TraceView, look: Look): string {
  const label = clipText(cleanText(`${step.node} ${step.what}`), LABEL - 1).padEnd(LABEL);
  const took = step.tookMs === undefined ? '' : formatDuration(step.tookMs);
  const note = cleanText(step.note);
  const lead = `${label}|${barOf(step, tookMs)}|${took.padStart(TOOK)}`;
  const room = look.width - lead.length - 2;
  return note === '' ? lead : `${lead}  ${clipText(note, Math.max(8, room))}`;
}

/** Dots until the step begins, then `#` while it runs; `?` to the end for one that never ended. */
function barOf({ startMs, tookMs }: TraceStep, totalMs: number): string {
  const scale = totalMs > 0 ? BAR / totalMs : 0;
  const from = Math.min(BAR - 1, Math.max(0, Math.floor(startMs * scale)));
  if (tookMs === undefined) return '.'.repeat(from).padEnd(BAR, '?');
  const cells = Math.max(1, Math.round(tookMs * scale));
  return ('.'.repeat(from) + '#'.repeat(Math.min(cells, BAR - from))).padEnd(BAR);
}
