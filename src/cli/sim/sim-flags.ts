import { readFile } from 'node:fs/promises';
import { Flags } from '@oclif/core';
import { KvError } from '../../node/core/errors.js';
import { parseScenario } from '../../sim/faults/scenario-file.js';
import { SCENARIO_DEFAULTS, SCENARIO_LIMITS, type Scenario } from '../../sim/faults/scenario.js';
import type { Intensity } from '../../sim/faults/random-schedule.js';
import { within } from './within.js';

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
    throw new KvError('KV_USAGE', `--seeds takes a range such as 1..100, not ${seeds}`);
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
      `${flag} takes whole numbers from 0 to ${SEED_MAX}, such as ${example}, not ${text}`,
    );
  return seed;
}

/** What goes wrong: an intensity by name, or the scenario in a file. @throws KvError KV_USAGE, KV_IO_FAILED */
export async function faultsOf(word: string): Promise<Intensity | Scenario> {
  if (INTENSITIES.includes(word)) return word as Intensity;
  let text: string;
  try {
    text = await readFile(word, 'utf8');
  } catch (cause) {
    const why =
      cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'
        ? 'no such file'
        : String(cause);
    throw new KvError(
      'KV_USAGE',
      `--faults takes none, light, heavy, or a scenario file; ${word}: ${why}`,
      { cause },
    );
  }
  try {
    return parseScenario(text);
  } catch (error) {
    if (error instanceof KvError)
      throw new KvError(error.code, `${word}: ${error.message}`, { cause: error });
    throw error;
  }
}

export interface SizeFlags {
  readonly nodes: number | undefined;
  readonly clients: number | undefined;
  readonly minutes: string | undefined;
}

/** The size of a run: what the flags say, else what the scenario says. @throws KvError KV_USAGE */
export function sizeOf(
  flags: SizeFlags,
  scenario: Scenario = SCENARIO_DEFAULTS,
): Pick<Scenario, 'nodes' | 'clients' | 'minutes'> {
  return {
    nodes: within('--nodes', flags.nodes ?? scenario.nodes, [NODES_MIN, SCENARIO_LIMITS.nodes]),
    clients: within('--clients', flags.clients ?? scenario.clients, [1, SCENARIO_LIMITS.clients]),
    minutes: within(
      '--minutes',
      flags.minutes === undefined ? scenario.minutes : Number(flags.minutes),
      [0.1, SCENARIO_LIMITS.minutes],
    ),
  };
}

export const SIM_SIZE_FLAGS = {
  nodes: Flags.integer({ summary: 'nodes of the cluster (5, or what the scenario says)' }),
  clients: Flags.integer({ summary: 'clients that work on it (6, or what the scenario says)' }),
  minutes: Flags.string({ summary: 'virtual minutes of work (10, or what the scenario says)' }),
};
