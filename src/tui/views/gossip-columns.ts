import { LIMITS } from '../../node/core/limits.js';
import type { GossipNodeView } from '../../node/core/views/gossip-views.js';
import { formatAge, formatLatency, UNKNOWN } from '../format.js';
import { clean, padText, span, type Line, type Role } from '../line.js';
import type { Glyphs } from '../theme.js';
import { bar } from '../widgets/bar.js';
import { widest, type Column } from '../widgets/table.js';
import { stateRole, stateWord } from './node-state.js';

export interface GossipColumnContext {
  readonly nodes: readonly GossipNodeView[];
  /** Since the tick: ages and phi have grown by that much, as far as anyone here knows. */
  readonly elapsedMs: number;
  readonly suspectPhi: number;
  readonly intervalMs: number;
  readonly roomy: boolean;
  /** Undefined when only the order of rows is wanted. */
  readonly glyphs: Glyphs | undefined;
}

type GossipColumn = Column<GossipNodeView>;

/** Columns of the gossip table. */
export function gossipColumns(context: GossipColumnContext): readonly GossipColumn[] {
  const { nodes, elapsedMs } = context;
  const names = widest(
    nodes.map(({ name }) => [span(name)]),
    { min: 4, max: 16 },
  );
  const counts = widest(
    nodes.map(({ askedIn }) => [span(`${askedIn}/${askedIn}`)]),
    { min: 6, max: 9 },
  );
  return [
    {
      id: 'node',
      title: 'NODE',
      align: 'left',
      min: names,
      max: names,
      drop: 0,
      cell: ({ name }) => [span(clean(name))],
      sort: ({ name }) => name,
    },
    {
      id: 'state',
      title: 'STATE',
      align: 'left',
      min: 11,
      max: 13,
      drop: 0,
      cell: (node) => [stateWord(node.state, node.forMs + elapsedMs)],
      sort: ({ state }) => state,
    },
    figure({ id: 'boot', title: 'BOOT', drop: 5 }, 4, ({ boot }) => boot),
    figure({ id: 'heartbeat', title: 'BEAT', drop: 2 }, 7, ({ heartbeat }) => heartbeat),
    ageColumn(context),
    phiColumn(context),
    {
      ...figure({ id: 'rtt', title: 'RTT', drop: 4 }, 5, ({ roundTripMs }) => roundTripMs),
      cell: ({ roundTripMs }) => [span(formatLatency(roundTripMs))],
    },
    {
      id: 'seen',
      title: 'UP IN',
      align: 'right',
      min: counts,
      max: counts,
      drop: 3,
      cell: ({ upIn, askedIn }) => [
        span(`${upIn}/${askedIn}`, upIn === askedIn || upIn === 0 ? undefined : 'warn'),
      ],
      sort: ({ upIn }) => upIn,
    },
    ...releaseColumn(nodes),
  ];
}

function figure(
  column: Pick<GossipColumn, 'id' | 'title' | 'drop'>,
  width: number,
  value: (node: GossipNodeView) => number | undefined,
): GossipColumn {
  return {
    ...column,
    align: 'right',
    min: width,
    max: width,
    cell: (node) => [span(String(value(node) ?? UNKNOWN))],
    sort: value,
  };
}

/** Age of the newest heartbeat, and how near it is to counting as down. */
function ageColumn({ elapsedMs, roomy, glyphs }: GossipColumnContext): GossipColumn {
  return {
    id: 'age',
    title: 'AGE',
    align: 'left',
    min: roomy ? 10 : 6,
    max: roomy ? 16 : 6,
    drop: 0,
    cell: (node, width): Line => {
      if (node.self) return [span('  self', 'dim')];
      const age = node.heartbeatAgeMs + elapsedMs;
      const text = span(padText(formatAge(age), 6, 'right'));
      if (!roomy || glyphs === undefined) return [text];
      const scale = { value: age, max: LIMITS.downAfterMs, role: liveRole(node) };
      return [text, span(' '), ...bar(scale, width - 7, glyphs)];
    },
    sort: ({ heartbeatAgeMs, self }) => (self ? undefined : heartbeatAgeMs),
  };
}

/** Phi on a scale to twice the threshold, which is marked. */
function phiColumn(context: GossipColumnContext): GossipColumn {
  const { suspectPhi, roomy, glyphs } = context;
  return {
    id: 'phi',
    title: roomy ? `PHI suspect ${suspectPhi}` : 'PHI',
    align: 'left',
    min: roomy ? 16 : 14,
    max: roomy ? 26 : 20,
    drop: 0,
    cell: (node, width): Line => {
      const phi = phiNow(node, context);
      if (phi === undefined) return [span(padText(UNKNOWN, 5, 'right'), 'dim')];
      const over = phi >= suspectPhi;
      const text = phi < 99.95 ? phi.toFixed(phi < 9.995 ? 2 : 1) : '>99';
      const number = span(
        `${padText(text, 5, 'right')}${over ? '!' : ' '}`,
        over ? 'warn' : undefined,
      );
      if (glyphs === undefined) return [number];
      const role = over && node.liveness === 'up' ? 'warn' : liveRole(node);
      const scale = { value: phi, max: 2 * suspectPhi, threshold: suspectPhi, role };
      return [number, ...bar(scale, width - 6, glyphs)];
    },
    sort: ({ phi }) => phi,
  };
}

/** Phi grows with the age of the heartbeat: it is the age over 2.3026 mean intervals. */
function phiNow(
  { phi, heartbeatAgeMs, self }: GossipNodeView,
  { elapsedMs, intervalMs }: GossipColumnContext,
): number | undefined {
  if (phi === undefined || self) return undefined;
  if (phi > 0 && heartbeatAgeMs > 0) return (phi * (heartbeatAgeMs + elapsedMs)) / heartbeatAgeMs;
  return elapsedMs / (Math.max(1000, intervalMs) * 2.3026);
}

function liveRole(node: GossipNodeView): Role {
  return stateRole(node.liveness);
}

/** Only where releases differ: those that are not the one of most nodes carry a `!`. */
function releaseColumn(nodes: readonly GossipNodeView[]): readonly GossipColumn[] {
  const usual = mostCommon(nodes.map(({ release }) => release));
  const width = widest(
    nodes.map(({ release }) => [span(release)]),
    { min: 4, max: 12 },
  );
  return [
    {
      id: 'release',
      title: 'VER',
      align: 'left',
      min: width + 1,
      max: width + 1,
      drop: 6,
      cell: ({ release }) =>
        release === usual ? [span(clean(release), 'dim')] : [span(`${clean(release)}!`, 'warn')],
      sort: ({ release }) => release,
    },
  ];
}

function mostCommon(texts: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0];
}
