import { Flags } from '@oclif/core';
import { KvError } from '../../node/core/errors.js';
import type { GossipEngine, GossipPlan } from './measure-gossip.js';
import { seedRange } from './sim-flags.js';
import { wholeWithin, within } from './within.js';

const NODES = [2, 10_000] as const;
/** Of whole nodes, each pair takes 2 to 3 KB of memory. */
const WHOLE_NODES = [2, 1_000] as const;
/** Up to so many nodes they are whole unless the flags say otherwise. */
const WHOLE_BY_DEFAULT = 100;
const LOSS_PERCENT = [0, 90] as const;
const LOSSES_MOST = 8;
const MINUTES = [0.05, 7 * 24 * 60] as const;
const MINUTE_MS = 60_000;

export const GOSSIP_FLAGS = {
  nodes: Flags.string({
    char: 'n',
    summary: `nodes of the cluster, ${NODES[0]} to ${NODES[1]}`,
    default: String(WHOLE_BY_DEFAULT),
  }),
  loss: Flags.string({
    summary: 'shares of messages that are lost, in percent, a row for each',
    helpValue: 'PERCENT,..',
    default: '0,1,5,20',
  }),
  minutes: Flags.string({
    summary:
      'virtual minutes in which suspicions and deaths are counted (0.5 for whole nodes, else 1 up to 300 nodes, 0.2 beyond)',
    exclusive: ['hours'],
  }),
  hours: Flags.string({ summary: 'the same in hours' }),
  whole: Flags.boolean({
    summary: `run the whole membership of every node (without a flag up to ${WHOLE_BY_DEFAULT} nodes)`,
    exclusive: ['model'],
  }),
  model: Flags.boolean({ summary: 'run a model that keeps what nodes know as columns of numbers' }),
  seed: Flags.string({ summary: 'what every chance is drawn from', default: '1' }),
};

interface Given {
  readonly nodes: string;
  readonly loss: string;
  readonly minutes: string | undefined;
  readonly hours: string | undefined;
  readonly whole: boolean;
  readonly model: boolean;
  readonly seed: string;
}

/** What is to be measured. @throws KvError KV_USAGE */
export function gossipPlan(flags: Given): GossipPlan {
  const nodes = wholeWithin('--nodes', flags.nodes, NODES);
  const whole = flags.whole || (!flags.model && nodes <= WHOLE_BY_DEFAULT);
  if (flags.whole) within('--nodes with --whole', nodes, WHOLE_NODES);
  const engine = whole ? 'whole' : 'model';
  return {
    nodes,
    losses: lossesOf(flags.loss),
    seed: seedRange(flags.seed, undefined)?.from ?? 1,
    engine,
    lengthMs: lengthOf(flags) ?? defaultLengthMs(nodes, engine),
  };
}

function lossesOf(text: string): readonly number[] {
  const words = text.split(',').map((word) => word.trim().replace(/%$/, ''));
  if (words.length > LOSSES_MOST)
    throw new KvError('KV_USAGE', `--loss takes at most ${LOSSES_MOST} values`);
  return words.map((word) => within('--loss', word, LOSS_PERCENT) / 100);
}

function lengthOf({ minutes, hours }: Given): number | undefined {
  if (hours !== undefined)
    return within('--hours', hours, [0.001, MINUTES[1] / 60]) * 60 * MINUTE_MS;
  if (minutes === undefined) return undefined;
  return within('--minutes', minutes, MINUTES) * MINUTE_MS;
}

/** As much as takes some seconds of real time. */
function defaultLengthMs(nodes: number, engine: GossipEngine): number {
  if (engine === 'whole') return 0.5 * MINUTE_MS;
  return (nodes <= 300 ? 1 : 0.2) * MINUTE_MS;
}
