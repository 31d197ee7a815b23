import { readFile } from 'node:fs/promises';
import { Flags } from '@oclif/core';
import { KvError } from '../../node/core/errors.js';
import { parseScenario } from '../../sim/faults/scenario-file.js';
import {
  durationOf,
  SCENARIO_DEFAULTS,
  SCENARIO_LIMITS,
  type Scenario,
} from '../../sim/faults/scenario.js';
import { endOf, machinesOf } from '../../sim/faults/fault-parts.js';
import { formatFault } from '../../sim/faults/format-scenario.js';
import { nearest } from '../../stdx/nearest.js';
import type { Intensity } from '../../sim/faults/random-schedule.js';
import { wholeWithin, within } from './within.js';

/** Seeds from the first to the last, both run. */
export interface SeedRange {
  readonly from: number;
  readonly to: number;
}

const SEED_MAX = 0xffff_ffff;
const INTENSITIES: readonly string[] = ['none', 'light', 'heavy'] satisfies readonly Intensity[];
/** Fewer nodes could not keep three copies. */
const NODES_MIN = 3;

/** What `--seed` and `--seeds` say. @throws KvError KV_USAGE */
export function seedRange(
  seed: string | undefined,
  seeds: string | undefined,
): SeedRange | undefined {
  if (seed !== undefined) {
    const one = seedOf(seed, '--seed', '42');
    return { from: one, to: one };
  }
  if (seeds === undefined) return undefined;
  const [, first, last] = /^(\d+)\.\.(\d+)$/.exec(seeds) ?? [];
  if (first === undefined || last === undefined)
    throw new KvError(
      'KV_USAGE',
      `--seeds takes a range such as 1..100, not ${JSON.stringify(seeds)}`,
    );
  const range = { from: seedOf(first, '--seeds', '1..100'), to: seedOf(last, '--seeds', '1..100') };
  if (range.to < range.from)
    throw new KvError('KV_USAGE', `--seeds ends before it begins: ${seeds}`);
  return range;
}

function seedOf(text: string, flag: string, example: string): number {
  const seed = Number(text);
  if (!/^\d+$/.test(text) || seed > SEED_MAX)
    throw new KvError(
      'KV_USAGE',
      `${flag} takes whole numbers from 0 to ${SEED_MAX}, such as ${example}, not ${JSON.stringify(text)}`,
    );
  return seed;
}

/** What goes wrong: an intensity by name, or the scenario in a file. @throws KvError KV_USAGE, KV_IO_FAILED */
export async function faultsOf(word: string): Promise<Intensity | Scenario> {
  if (INTENSITIES.includes(word)) return word as Intensity;
  const text = await textOf(word);
  if (text.includes('\0')) throw new KvError('KV_USAGE', `${word} is not a text file`);
  try {
    return parseScenario(text);
  } catch (error) {
    if (error instanceof KvError)
      throw new KvError(error.code, `${word}: ${error.message}`, { cause: error });
    throw error;
  }
}

async function textOf(word: string): Promise<string> {
  try {
    return await readFile(word, 'utf8');
  } catch (cause) {
    throw new KvError(
      'KV_USAGE',
      `--faults takes none, light, heavy, or a scenario file; ${whyNot(word, cause)}`,
      { cause },
    );
  }
}

function whyNot(word: string, cause: unknown): string {
  const shown = JSON.stringify(word);
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'EISDIR') return `${shown} is a directory`;
  if (code !== 'ENOENT') return `${shown} cannot be read: ${String(cause)}`;
  const meant = nearest(word.toLowerCase(), INTENSITIES);
  return meant === undefined ? `there is no file ${shown}` : `did you mean ${meant}?`;
}

export interface SizeFlags {
  readonly nodes: string | undefined;
  readonly clients: string | undefined;
  readonly minutes: string | undefined;
}

/** A scenario, and the file that it is from. */
export interface ScenarioFile {
  readonly file: string;
  readonly scenario: Scenario;
}

type Size = Pick<Scenario, 'nodes' | 'clients' | 'minutes'>;

/** The size of a run: what the flags say, else what the scenario says. @throws KvError KV_USAGE */
export function sizeOf(flags: SizeFlags, from: ScenarioFile | undefined): Size {
  const scenario = from?.scenario ?? SCENARIO_DEFAULTS;
  const value = (name: keyof Size, read: typeof within, bounds: readonly [number, number]) =>
    flags[name] === undefined && from !== undefined
      ? read(`${from.file}: ${name}`, scenario[name], bounds)
      : read(`--${name}`, flags[name] ?? scenario[name], bounds);
  const size = {
    nodes: value('nodes', wholeWithin, [NODES_MIN, SCENARIO_LIMITS.nodes]),
    clients: value('clients', wholeWithin, [1, SCENARIO_LIMITS.clients]),
    minutes: value('minutes', within, [0.1, SCENARIO_LIMITS.minutes]),
  };
  if (from !== undefined) refuseUnfit(from, size);
  return size;
}

/** A smaller run than the scenario was written for must still have its machines, and its time. */
function refuseUnfit({ file, scenario }: ScenarioFile, size: Size): void {
  for (const scheduled of scenario.faults) {
    const line = formatFault(scheduled.fault);
    const missing = machinesOf(scheduled.fault).find((name) => !isThere(name, size));
    if (missing !== undefined)
      throw new KvError(
        'KV_USAGE',
        `${file}: "${line}" needs ${missing}, and there are ${size.nodes} nodes and ${size.clients} clients`,
      );
    if (endOf(scheduled) > durationOf(size))
      throw new KvError(
        'KV_USAGE',
        `${file}: "${line}" ends after the ${size.minutes} minutes of the run`,
      );
  }
}

function isThere(name: string, { nodes, clients }: Size): boolean {
  const number = Number(name.slice(1));
  return number <= (name.startsWith('n') ? nodes : clients);
}

export const SIM_SIZE_FLAGS = {
  nodes: Flags.string({
    summary: `nodes of the cluster, ${NODES_MIN} to ${SCENARIO_LIMITS.nodes} (5, or what the scenario says)`,
  }),
  clients: Flags.string({
    summary: `clients that work on it, 1 to ${SCENARIO_LIMITS.clients} (6, or what the scenario says)`,
  }),
  minutes: Flags.string({
    summary: `virtual minutes of work, 0.1 to ${SCENARIO_LIMITS.minutes} (10, or what the scenario says)`,
  }),
};
