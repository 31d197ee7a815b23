import { nearest } from '../../../stdx/nearest.js';
import { KvError } from '../errors.js';

/** Every level there is, in the order they are shown; some are refused where they make no sense. */
export const CONSISTENCY_LEVELS = [
  'one',
  'two',
  'three',
  'quorum',
  'all',
  'any',
  'local-one',
  'local-quorum',
  'each-quorum',
  'serial',
  'local-serial',
] as const;

type ConsistencyLevel = (typeof CONSISTENCY_LEVELS)[number];

/** A level that counts the replicas of a plan; the others are not served by this procedure. */
export type CountedLevel = Exclude<ConsistencyLevel, 'serial' | 'local-serial'>;

/** Levels that exist, and why a plain read or write may not use them here. */
const REFUSED: Readonly<Record<Exclude<ConsistencyLevel, CountedLevel>, string>> = {
  serial: 'level serial works in namespaces of mode serial only, and this one is lww; use quorum',
  'local-serial':
    'level local-serial works in namespaces of mode serial only, and this one is lww; use local-quorum',
};

/** The level of that name, if plain reads and writes may use it; else the error to answer with. */
export function parseLevel(text: string): CountedLevel | KvError {
  if (!isLevel(text)) return unknownLevel(text);
  return isCounted(text) ? text : new KvError('KV_LEVEL_NOT_HERE', REFUSED[text]);
}

function isCounted(level: ConsistencyLevel): level is CountedLevel {
  return !Object.hasOwn(REFUSED, level);
}

function isLevel(text: string): text is ConsistencyLevel {
  // Widened so that any text may be looked up; the answer narrows it.
  return (CONSISTENCY_LEVELS as readonly string[]).includes(text);
}

function unknownLevel(text: string): KvError {
  const meant = nearest(text, CONSISTENCY_LEVELS);
  const question = meant === undefined ? '' : ` (did you mean ${meant}?)`;
  return new KvError(
    'KV_LEVEL_UNKNOWN',
    `unknown consistency level ${JSON.stringify(text)}${question}; the levels are ${CONSISTENCY_LEVELS.join(' ')}`,
  );
}
