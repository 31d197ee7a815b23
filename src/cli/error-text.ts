import type { KvError, ReplicaReport } from '../node/core/errors.js';
import type { Paint, Role } from './colour.js';
import { cleanText } from './show-key.js';
import { textWidth, wrapText } from './text-width.js';

const INDENT = '  ';
const LABEL = 9;

interface ErrorLook {
  readonly width: number;
  readonly paint: Paint;
  /** The command writes: whether it took effect is worth a line. */
  readonly writes: boolean;
  readonly debug: boolean;
}

/**
 * An error as it is read: what happened to what, what each replica did, whether it took effect, its code, what to do next.
 * Everything but the first line is indented; nothing of it is a stack trace unless `debug` is set.
 */
export function errorText(error: KvError, look: ErrorLook): string {
  const { paint } = look;
  const [first, ...rest] = cleanText(error.message).split('\n');
  const lines = [
    `${paint('bad', 'Error:')} ${first ?? ''}`,
    ...rest.map((line) => `${INDENT}${line}`),
    ...replicaLines(error.replicas, look),
    ...outcomeLine(error, look.writes),
    label('code', `${paint('bold', error.code)}   (kv explain ${error.code})`),
    ...nextLines(error, look.width),
  ];
  if (look.debug) lines.push(...stackLines(error));
  return `${lines.join('\n')}\n`;
}

function replicaLines(
  replicas: readonly ReplicaReport[],
  { width, paint }: ErrorLook,
): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const { node, state, detail } of replicas) {
    const words = [node, state, ...(detail === undefined ? [] : [detail])].map(cleanText);
    const part = [words[0], paint(roleOf(state), words[1] ?? ''), ...words.slice(2)].join(' ');
    const longer = line === '' ? `${INDENT}${part}` : `${line}   ${part}`;
    if (line !== '' && textWidth(longer) > width) {
      lines.push(line);
      line = `${INDENT}${part}`;
    } else {
      line = longer;
    }
  }
  return line === '' ? lines : [...lines, line];
}

function roleOf(state: string): Role {
  if (state === 'ok' || state === 'up') return 'ok';
  return state === 'suspect' || state === 'not asked' ? 'warn' : 'bad';
}

/** A refused command line has no outcome worth a line. */
function outcomeLine(error: KvError, writes: boolean): readonly string[] {
  if (error.outcome === 'unknown')
    return [label('outcome', 'unknown to your level: it may be read; a retry is safe')];
  if (!writes || error.row.exit === 2) return [];
  return [label('outcome', `not applied${error.row.retryable ? '; a retry is safe' : ''}`)];
}

function nextLines({ hints, row }: KvError, width: number): readonly string[] {
  if (hints.length > 0) return [label('try', hints.map(cleanText).join(' | '))];
  return wrapText(row.next, width - LABEL - INDENT.length).map((line, i) =>
    label(i === 0 ? 'next' : '', line),
  );
}

function label(name: string, text: string): string {
  return `${INDENT}${name.padEnd(LABEL)}${text}`;
}

function stackLines(error: Error): readonly string[] {
  const lines = (error.stack ?? '').split('\n').map((line) => `${INDENT}${line}`);
  if (!(error.cause instanceof Error)) return lines;
  return [...lines, `${INDENT}caused by`, ...stackLines(error.cause)];
}
