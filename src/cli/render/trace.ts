import { parseVersion } from '../../node/core/version/version.js';
import type { TraceStep, TraceView } from '../../node/core/views/trace-views.js';
import { formatDuration } from '../../stdx/duration.js';
import type { Look } from '../look.js';
import { cleanText, showKey } from '../show-key.js';
import { clipText } from '../text-width.js';
import { document, flow } from './lines.js';

const BAR = 24;
const LABEL = 20;
const TOOK = 8;
const VERSION = /[0-9a-f]{16}-[0-9a-f]{16}/g;

/** How one operation went: a bar per step, in the time since the coordinator received it. */
export function renderTrace(trace: TraceView, key: Uint8Array, look: Look): string {
  return document([
    ...headLines(trace, key, look),
    scaleLine(trace),
    ...trace.steps.map((step) => stepLine(step, trace, look)),
    ...(trace.operation === 'put' || trace.operation === 'delete'
      ? []
      : flow([`read-repair ${cleanText(trace.readRepair)}`], look.width)),
  ]);
}

/** The head of a trace alone: all that `-v` shows. */
export function summariseTrace(trace: TraceView, key: Uint8Array, look: Look): string {
  return document(headLines(trace, key, look));
}

function headLines(trace: TraceView, key: Uint8Array, { width, paint }: Look): readonly string[] {
  const { level, needed, replicas, tookMs, outcome, coordinator } = trace;
  const verdict = outcome === 'ok' ? paint('ok', 'OK') : paint('bad', outcome.replace('_', ' '));
  const hop = trace.coordinatorIsReplica ? 'a replica' : 'not a replica: +1 hop';
  return flow(
    [
      `${cleanText(trace.operation)} ${showKey(key)}  ${level} ${needed}/${replicas}  ${verdict} ${formatDuration(tookMs)}`,
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
  const note = noteOf(step);
  const lead = `${label}|${barOf(step, tookMs)}|${took.padStart(TOOK)}`;
  const room = look.width - lead.length - 2;
  return note === '' ? lead : `${lead}  ${clipText(note, Math.max(8, room))}`;
}

function noteOf({ note, tookMs }: TraceStep): string {
  if (note === '') return tookMs === undefined ? 'not awaited' : '';
  return cleanText(note).replaceAll(VERSION, (text) => {
    const version = parseVersion(text);
    return version === undefined ? text : `@${new Date(version.ms).toISOString().slice(11, 23)}`;
  });
}

/** Dots until the step begins, then `#` while it runs; `?` to the end for one that never ended, nothing for one that never began. */
function barOf({ startMs, tookMs, note }: TraceStep, totalMs: number): string {
  if (note.startsWith('not sent')) return ' '.repeat(BAR);
  const scale = totalMs > 0 ? BAR / totalMs : 0;
  const from = Math.min(BAR - 1, Math.max(0, Math.floor(startMs * scale)));
  if (tookMs === undefined) return '.'.repeat(from).padEnd(BAR, '?');
  const cells = Math.max(1, Math.round(tookMs * scale));
  return ('.'.repeat(from) + '#'.repeat(Math.min(cells, BAR - from))).padEnd(BAR);
}
