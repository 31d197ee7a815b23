import { LIMITS } from '../../node/core/limits.js';
import { formatDuration } from '../../stdx/duration.js';
import type { GossipReport, GossipRow } from './measure-gossip.js';

/** Something that gossip must reach, and whether it did in what was measured. */
export interface GossipGoal {
  readonly goal: string;
  readonly met: boolean;
}

/** The loss that the goals are stated for; what is lost beyond it is shown, not judged. */
const JUDGED_PERCENT = 5;
/** Rounds in which an update must reach all, by the size of the cluster. */
const ROUNDS = [
  { nodes: 300, rounds: 6 },
  { nodes: 1_000, rounds: 7 },
  { nodes: 10_000, rounds: 9 },
] as const;
const MINUTE_MS = 60_000;
/** Virtual time without a false death, by the size of the cluster. */
const PEACE = [
  { nodes: 100, lengthMs: 24 * 60 * MINUTE_MS },
  { nodes: 1_000, lengthMs: 60 * MINUTE_MS },
  { nodes: 10_000, lengthMs: 5 * MINUTE_MS },
] as const;

/** What gossip must reach at up to 5 % loss, judged by the worst that was measured; nothing when no such loss was. */
export function gossipGoals(report: GossipReport): readonly GossipGoal[] {
  const { nodes, rows } = report;
  const judged = rows.filter((row) => row.lossPercent <= JUDGED_PERCENT);
  if (judged.length === 0) return [];
  const all = (holds: (row: GossipRow) => boolean): boolean => judged.every(holds);
  const limit = ROUNDS.find((one) => nodes <= one.nodes);
  const rounds =
    limit === undefined
      ? []
      : [
          {
            goal: `an update reaches all within ${limit.rounds} rounds`,
            met: all((row) => (row.rounds.at(-1) ?? Infinity) <= limit.rounds),
          },
        ];
  return [
    ...rounds,
    {
      goal: `no false death in ${peaceText(report)}`,
      met: all((row) => row.deaths === 0),
    },
    {
      goal: `no message over ${LIMITS.gossipMessageBytes / 1024} KiB`,
      met: all((row) => row.largestMessageBytes <= LIMITS.gossipMessageBytes),
    },
  ];
}

/** A run that is shorter than the goal says so: it has shown less. */
function peaceText({ nodes, lengthMs }: GossipReport): string {
  const counted = formatDuration(lengthMs);
  const stated = PEACE.find((one) => nodes <= one.nodes)?.lengthMs ?? lengthMs;
  return lengthMs < stated ? `${counted} (the goal is ${formatDuration(stated)})` : counted;
}
