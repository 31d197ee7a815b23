import { formatDuration } from '../../stdx/duration.js';
import type { Fault, ScheduledFault } from './fault.js';
import { endOf } from './fault-parts.js';
import { formatFault } from './format-scenario.js';
import { readFault } from './read-fault.js';
import { durationOf, type Scenario, SCENARIO_DEFAULTS, SCENARIO_LIMITS } from './scenario.js';
import { ScenarioLine } from './scenario-line.js';

type Draft = { -readonly [Key in keyof Scenario]: Scenario[Key] } & { faults: ScheduledFault[] };

const NAME = /^[a-z0-9][a-z0-9-]{0,63}$/;
const ABOUT = /^\s*about(?:\s|$)/;
const COUNT = /^\d{1,6}$/;
const MINUTES = /^\d{1,4}(?:\.\d{1,2})?$/;
const LINE_START = 'a setting (name, about, nodes, minutes, clients, grace), or at, or every';

/**
 * The scenario that a text says: settings, then one fault a line; `docs/scenarios.md` has the whole format.
 * @throws KvError KV_USAGE with the line, the word that does not fit, and what was expected
 */
export function parseScenario(text: string): Scenario {
  const draft: Draft = { ...SCENARIO_DEFAULTS, faults: [] };
  const given = new Set<string>();
  for (const [i, written] of text.split(/\r\n|\r|\n/).entries()) {
    if (ABOUT.test(written)) {
      draft.description = `${draft.description} ${written.replace(ABOUT, '')}`;
      continue;
    }
    const line = new ScenarioLine(i + 1, written);
    const first = line.peek();
    if (first === undefined) continue;
    if (first === 'at' || first === 'every') readFaults(line, draft);
    else readSetting(line, draft, given);
  }
  draft.description = draft.description.replaceAll(/\s+/g, ' ').trim();
  // Stable: faults of one moment stay in the order of their lines.
  draft.faults.sort((a, b) => a.atMs - b.atMs);
  return draft;
}

function readSetting(line: ScenarioLine, draft: Draft, given: Set<string>): void {
  const setting = line.take(LINE_START);
  if (given.has(setting)) throw line.refusal(`${setting} was set before: once is enough`);
  if (setting === 'name') draft.name = readName(line);
  else if (setting === 'nodes')
    draft.nodes = readCount(line, { least: 1, most: SCENARIO_LIMITS.nodes });
  else if (setting === 'clients')
    draft.clients = readCount(line, { least: 0, most: SCENARIO_LIMITS.clients });
  else if (setting === 'minutes') draft.minutes = readMinutes(line);
  else if (setting === 'grace') draft.graceMs = line.duration();
  else throw line.wrong(setting, LINE_START);
  // The lines of faults above would have been read with another number of machines in mind.
  if (draft.faults.length > 0)
    throw line.refusal(`${setting} stands below a fault: settings come first`);
  given.add(setting);
  line.end();
}

function readName(line: ScenarioLine): string {
  const expected = 'a name of a-z, 0-9 and -';
  const name = line.take(expected);
  if (!NAME.test(name)) throw line.wrong(name, expected);
  return name;
}

function readCount(
  line: ScenarioLine,
  { least, most }: { readonly least: number; readonly most: number },
): number {
  const expected = `a number from ${least} to ${most}`;
  const word = line.take(expected);
  const count = Number(word);
  if (!COUNT.test(word) || count < least || count > most) throw line.wrong(word, expected);
  return count;
}

function readMinutes(line: ScenarioLine): number {
  const expected = `minutes, more than 0 and at most ${SCENARIO_LIMITS.minutes}, such as 10 or 2.5`;
  const word = line.take(expected);
  const minutes = Number(word);
  if (!MINUTES.test(word) || minutes === 0 || minutes > SCENARIO_LIMITS.minutes)
    throw line.wrong(word, expected);
  return minutes;
}

/** Reads `at TIME FAULT` or `every TIME from TIME to TIME FAULT`. */
function readFaults(line: ScenarioLine, draft: Draft): void {
  if (line.accept('at')) {
    const atMs = line.duration();
    for (const fault of readFault(line, draft)) add(line, draft, { atMs, fault });
    return;
  }
  line.expect('every');
  const every = line.peek() ?? '';
  const everyMs = line.duration();
  if (everyMs === 0) throw line.wrong(every, 'more than no time');
  line.expect('from');
  const fromMs = line.duration();
  line.expect('to');
  const to = line.peek() ?? '';
  const toMs = line.duration();
  if (toMs < fromMs) throw line.wrong(to, 'an end that is not before the beginning');
  const inTurn = line.cut(['in', 'turn']);
  const faults = readFault(line, draft);
  for (let round = 0, atMs = fromMs; atMs <= toMs; round++, atMs += everyMs) {
    for (const fault of inTurn ? turnOf(faults, round) : faults) add(line, draft, { atMs, fault });
  }
}

/** The one fault whose turn it is. */
function turnOf(faults: readonly Fault[], round: number): readonly Fault[] {
  const at = round % faults.length;
  return faults.slice(at, at + 1);
}

function add(line: ScenarioLine, draft: Draft, scheduled: ScheduledFault): void {
  const endMs = durationOf(draft);
  if (scheduled.atMs >= endMs || endOf(scheduled) > endMs) {
    const what = `at ${formatDuration(scheduled.atMs)} ${formatFault(scheduled.fault)}`;
    throw line.refusal(`"${what}" is not over within the ${draft.minutes} minutes of the scenario`);
  }
  if (draft.faults.length >= SCENARIO_LIMITS.faults)
    throw line.refusal(`there are more than ${SCENARIO_LIMITS.faults} faults`);
  draft.faults.push(scheduled);
}
