import type { GossipNodeView, GossipView } from '../../node/core/views/gossip-views.js';
import { formatDuration } from '../../stdx/duration.js';
import { formatAge, UNKNOWN } from '../../stdx/figures.js';
import type { Look } from '../look.js';
import { cleanText } from '../show-key.js';
import { renderTable, type Column } from '../table.js';
import { document, flow } from './lines.js';
import { stateMark, stateRole, stateText } from './node-state.js';

const BAR = 8;
/** A bar is full at this many times the phi of suspicion. */
const FULL = 4;
/** A clock that is off by less is not worth a line. */
const CLOCK_NOTE_MS = 100;

/** What one node knows of the others by gossip, and how many of the others agree. */
export function renderGossip(view: GossipView, look: Look): string {
  return document([
    ...headLines(view, look),
    ...renderTable(columns(view), view.nodes, look),
    ...noteLines(view, look),
  ]);
}

function headLines(view: GossipView, { width, paint }: Look): readonly string[] {
  const { hash, agreed, asked } = view.ring;
  const agreement = `ring ${hash.slice(0, 8)} (${agreed} of ${asked} agree)`;
  return flow(
    [
      `view of ${view.viewedFrom}`,
      `round ${view.round} each ${formatAge(view.intervalMs)}, fanout ${view.fanout}`,
      agreed < asked ? paint('warn', agreement) : agreement,
    ],
    width,
    '  ',
  );
}

function columns({ suspectPhi }: GossipView): readonly Column<GossipNodeView>[] {
  return [
    {
      title: '  NODE',
      cell: ({ name, state, self }) => `${self ? '*' : stateMark(state)} ${name}`,
    },
    {
      title: 'STATE',
      cell: ({ state, forMs }) => stateText(state, forMs),
      role: ({ state }) => stateRole(state),
    },
    { title: 'BOOT', align: 'right', cell: ({ boot }) => String(boot), drop: 2 },
    { title: 'HEARTBEAT', align: 'right', cell: ({ heartbeat }) => String(heartbeat), drop: 3 },
    {
      title: 'AGE',
      align: 'right',
      cell: ({ self, heartbeatAgeMs }) => (self ? 'self' : formatAge(heartbeatAgeMs)),
    },
    {
      title: `PHI (suspect ${suspectPhi.toFixed(1)})`,
      cell: ({ phi }) => (phi === undefined ? UNKNOWN : phiText(phi, suspectPhi)),
      role: ({ phi }) => (phi !== undefined && phi >= suspectPhi ? 'bad' : undefined),
    },
    { title: 'RTT', align: 'right', cell: ({ roundTripMs }) => latency(roundTripMs), drop: 1 },
    { title: 'UP IN', align: 'right', cell: ({ upIn, askedIn }) => `${upIn}/${askedIn}` },
    { title: 'VERSION', cell: ({ release }) => release, drop: 4 },
    {
      title: 'CLOCK',
      align: 'right',
      cell: ({ clockOffsetMs }) => signed(clockOffsetMs),
      wide: true,
    },
    { title: 'REASON', cell: ({ reason }) => reason || UNKNOWN, wide: true },
    { title: 'ID', cell: ({ nodeId }) => nodeId, wide: true },
  ];
}

/** `0.31 [#.......]`, with `!` from the threshold on. */
function phiText(phi: number, suspectPhi: number): string {
  const share = Math.min(1, phi / (FULL * suspectPhi));
  const filled = Math.ceil(share * BAR);
  const bar = '#'.repeat(filled).padEnd(BAR, '.');
  return `${phi.toFixed(2).padStart(5)} [${bar}]${phi >= suspectPhi ? '!' : ''}`;
}

function latency(ms: number | undefined): string {
  return ms === undefined ? UNKNOWN : formatDuration(ms);
}

function signed(ms: number | undefined): string {
  if (ms === undefined) return UNKNOWN;
  return `${ms < 0 ? '' : '+'}${formatDuration(ms)}`;
}

function noteLines({ nodes }: GossipView, { width, paint }: Look): readonly string[] {
  const notes = [
    ...releaseNotes(nodes),
    ...nodes.flatMap(({ name, clockOffsetMs }) =>
      clockOffsetMs !== undefined && Math.abs(clockOffsetMs) >= CLOCK_NOTE_MS
        ? [`clock of ${name} is ${signed(clockOffsetMs)}`]
        : [],
    ),
  ];
  return flow(
    notes.map((note) => `${paint('warn', '!')} ${cleanText(note)}`),
    width,
    '     ',
  );
}

/** Names the nodes that do not run what most of them run. */
function releaseNotes(nodes: readonly GossipNodeView[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const { release } of nodes) counts.set(release, (counts.get(release) ?? 0) + 1);
  if (counts.size < 2) return [];
  const [[most] = ['']] = [...counts].sort(([, a], [, b]) => b - a);
  return nodes
    .filter(({ release }) => release !== most)
    .map(({ name, release }) => `${name} runs ${release}, most run ${most}`);
}
