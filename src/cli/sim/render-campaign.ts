import { formatCount, formatRate } from '../../stdx/figures.js';
import { formatDuration } from '../../stdx/duration.js';
import type { StoryLine } from '../../sim/run/story.js';
import type { Look } from '../look.js';
import { document, flow } from '../render/lines.js';
import { cleanText } from '../show-key.js';
import type { Campaign, FoundSeed } from './run-seeds.js';

/** What a campaign was, and how it is run again. */
export interface Replay {
  /** Its size and its faults, in words. */
  readonly of: string;
  /** What the scenario says of itself, or nothing. */
  readonly about: string;
  readonly command: (seed: number) => string;
}

/** What a campaign did, and found: counters, then each broken rule with its story and the command that replays it. */
export function renderCampaign(campaign: Campaign, replay: Replay, look: Look): string {
  const { totals, lines, found } = campaign;
  const single = lines.length === 1 ? lines[0] : undefined;
  const verdict =
    totals.found === 0
      ? look.paint(
          'ok',
          totals.seeds === 1 ? 'no rule broken' : `no rule broken in ${totals.seeds} seeds`,
        )
      : look.paint('bad', brokenText(campaign));
  return document([
    single === undefined ? verdict : `seed ${single.seed}  ${verdict}  trace ${single.traceHash}`,
    replay.of,
    ...(replay.about === '' ? [] : [cleanText(replay.about)]),
    ...countLines(campaign, look),
    ...found.flatMap((one) => foundLines(one, replay, look)),
    ...(totals.found > found.length
      ? ['', `${totals.found - found.length} more: ${seedsWithout(campaign)}`]
      : []),
  ]);
}

/** What broke, in a few words: the rules of one seed, or how many of many seeds broke any. */
function brokenText({ totals: { seeds, found: broke }, found }: Campaign): string {
  if (seeds > 1) return `rules broken by ${broke} of ${seeds} seeds, ${seeds - broke} clean`;
  const rules = new Set(found.flatMap(({ violations }) => violations.map(({ rule }) => rule)));
  return `broken: ${[...rules].join(', ')}`;
}

/** `8 of 50 seeds  0 found  63 a minute  x64  40s left`; `share` is how much of the next seed is done. */
export function renderProgress(campaign: Campaign, count: number, share = 0): string {
  const { totals, realMs } = campaign;
  const done = `${totals.seeds} of ${count} ${count === 1 ? 'seed' : 'seeds'}  ${totals.found} found`;
  const part = share === 0 ? '' : `  ${Math.floor(share * 100)}% of the next`;
  if (totals.seeds === 0) return `${done}${part}`;
  const rate = formatRate((totals.seeds * 60_000) / Math.max(realMs, 1));
  const ratio = formatCount(Math.round(totals.virtualMs / Math.max(realMs, 1)));
  const leftMs = (realMs / totals.seeds) * (count - totals.seeds);
  return `${done}${part}  ${rate} a minute  x${ratio}  ${formatDuration(leftMs)} left`;
}

/** `26 virtual hours in 41 s: 23 seeds a minute, 2283 times as fast as real time`. */
function renderPace({ totals, realMs }: Campaign): string {
  const minutes = Math.max(realMs, 1) / 60_000;
  const ratio = totals.virtualMs / Math.max(realMs, 1);
  const pace = `${formatRate(totals.seeds / minutes)} seeds a minute, ${formatCount(Math.round(ratio))} times as fast as real time`;
  return `${formatDuration(totals.virtualMs)} of virtual time in ${formatDuration(realMs)}: ${pace}`;
}

function countLines(campaign: Campaign, look: Look): readonly string[] {
  const { totals } = campaign;
  const { operations, linearized, forgotten } = totals;
  const faults = Object.entries(totals.faults).sort(([a], [b]) => (a < b ? -1 : 1));
  const changes = Object.entries(totals.ringChanges).map(([kind, count]) => `${kind} ${count}`);
  const branches = Object.values(totals.buggified).reduce((sum, count) => sum + count, 0);
  return [
    renderPace(campaign),
    ...flow(
      [
        `operations ${formatCount(operations.total)}`,
        `acknowledged ${formatCount(operations.acknowledged)}`,
        `refused ${formatCount(operations.failed)}`,
        `unknown ${formatCount(operations.unknown)}`,
      ],
      look.width,
    ),
    ...flow(
      [
        `messages ${formatCount(totals.messages)}`,
        `restarts ${formatCount(totals.restarts)}`,
        `unlikely branches ${formatCount(branches)}`,
        `linearized ${formatCount(linearized.operations)} on ${formatCount(linearized.keys)} keys`,
        `tombstones purged ${formatCount(forgotten.purged)}`,
        linearized.undecided === 0 ? '' : look.paint('warn', `undecided ${linearized.undecided}`),
      ],
      look.width,
    ),
    ...(changes.length === 0 ? [] : flow(['the ring', ...changes], look.width)),
    ...flow(
      [
        'faults',
        ...(faults.length === 0 ? ['none'] : faults.map(([kind, count]) => `${kind} ${count}`)),
      ],
      look.width,
    ),
  ];
}

function foundLines(found: FoundSeed, { command }: Replay, look: Look): readonly string[] {
  const { paint } = look;
  return [
    '',
    paint('bad', `seed ${found.seed}`),
    ...found.violations.flatMap(({ rule, atMs, message }) => [
      `  ${paint('bad', rule)} at ${clock(atMs).trim()}: ${cleanText(message)}`,
    ]),
    '',
    found.story.length === 0
      ? 'there is no story: nothing is known of the time around it'
      : `story${found.violations.length > 1 ? ' of the first' : ''}${keyOf(found)}`,
    ...found.story.map(storyLine),
    ...(found.minimized === undefined
      ? []
      : ['', 'smallest scenario found', ...indented(found.minimized)]),
    '',
    `replay: ${command(found.seed)}`,
    ...(found.minimized === undefined
      ? []
      : [`smaller: save the scenario as FILE, and kv sim run --seed ${found.seed} --faults FILE`]),
  ];
}

function keyOf({ violations }: FoundSeed): string {
  const key = violations[0]?.key;
  return key === undefined ? '' : `: what happened to ${cleanText(key)}`;
}

function storyLine({ atMs, who, what }: StoryLine): string {
  return `  ${clock(atMs)}  ${cleanText(who).padEnd(8)} ${cleanText(what)}`;
}

/** Virtual time as seconds, aligned for the first quarter of an hour. */
function clock(ms: number): string {
  return `${(ms / 1000).toFixed(3).padStart(7)}s`;
}

function indented(text: string): readonly string[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => `  ${line}`);
}

function seedsWithout({ lines, found }: Campaign): string {
  const told = new Set(found.map(({ seed }) => seed));
  return lines
    .filter(({ seed, violations }) => violations > 0 && !told.has(seed))
    .slice(0, 20)
    .map(({ seed }) => seed)
    .join(' ');
}
