import { existsSync, readFileSync, statSync } from 'node:fs';
import { isErrorCode, KvError } from '../../node/core/errors.js';

/** Lines that are told of a process that has not said why it ended. */
const LOG_LINES = 5;

/** Where the log of a node ends now: what a start says comes after it. */
export function endOfLog(file: string): number {
  return existsSync(file) ? statSync(file).size : 0;
}

/**
 * The error with which a node has ended, as it told it, with its own code and advice; or, where it told none, the last lines
 * of its log. Lines before `from` are of another start.
 */
export function failedStart(start: {
  readonly name: string;
  readonly why: string;
  readonly logFile: string;
  readonly from: number;
}): KvError {
  const { name, why, logFile, from } = start;
  const text = readFileSync(logFile).subarray(from).toString('utf8').trimEnd();
  const lines = text === '' ? [] : text.split('\n').map(parsed);
  const told = lines.map(({ entry }) => errorIn(entry)).findLast((error) => error !== undefined);
  if (told !== undefined)
    return new KvError(told.code, `${name} did not start: ${told.message}`, {
      hints: told.hints,
      cause: told,
    });
  const last = lines.slice(-LOG_LINES).map(({ line, entry }) => textOf(entry, 'msg') ?? line);
  return new KvError(
    'KV_NOT_READY',
    [`${name} ${why}`, last.join(' | ')].filter(Boolean).join(': '),
    {
      hints: [`tail ${logFile}`],
    },
  );
}

interface LogLine {
  readonly line: string;
  /** Undefined when it is no JSON: not every line of a crashing process is an entry. */
  readonly entry: unknown;
}

function parsed(line: string): LogLine {
  try {
    return { line, entry: JSON.parse(line) };
  } catch {
    return { line, entry: undefined };
  }
}

/** The error of the document that a command prints when it fails; undefined for an entry of the log. */
function errorIn(entry: unknown): KvError | undefined {
  if (typeof entry !== 'object' || entry === null || !('error' in entry)) return undefined;
  const { error } = entry;
  const code = textOf(error, 'code');
  const message = textOf(error, 'message');
  if (code === undefined || message === undefined || !isErrorCode(code)) return undefined;
  return new KvError(code, message, { hints: hintsIn(error) });
}

function hintsIn(error: unknown): readonly string[] {
  if (typeof error !== 'object' || error === null || !('hints' in error)) return [];
  const { hints } = error;
  return Array.isArray(hints) ? hints.filter((hint) => typeof hint === 'string') : [];
}

function textOf(value: unknown, name: string): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const field: unknown = Object.entries(value).find(([key]) => key === name)?.[1];
  return typeof field === 'string' ? field : undefined;
}
