import { jobOf } from '../node/core/topology/plan-job.js';
import { planProgress } from '../node/core/topology/plan-progress.js';
import type { RepairJobView } from '../node/core/views/repair-views.js';
import type { StatusView } from '../node/core/views/status-views.js';
import type { Sample } from './widgets/spark.js';

/** As many as the widest sparkline has cells. */
const POINTS = 60;
/** A rate is taken over so long, so that it stands still enough to be read. */
const RATE_MS = 10_000;
/** What was followed for less time is no base for a forecast. */
const FORECAST_MS = 5000;

interface Point {
  readonly atMs: number;
  readonly bytes: number;
  /** 0..1 */
  readonly share: number;
}

/** How one job came on, oldest first. */
export interface Track {
  /** What it was about: when that changes, it begins anew. */
  readonly step: string;
  readonly points: readonly Point[];
}

/** By the name of the job; what one node does for it is `p-12/n4`. */
export type Tracks = ReadonlyMap<string, Track>;

export const NO_TRACKS: Tracks = new Map();

interface Seen extends Point {
  readonly step: string;
}

/** The tracks with one look more at the plan that runs, and at what each node has done for it. */
export function trackPlan(tracks: Tracks, { plan, nodes }: StatusView, atMs: number): Tracks {
  const repairs = [...tracks].filter(([name]) => !name.startsWith('p-'));
  if (plan === undefined) return repairs.length === tracks.size ? tracks : new Map(repairs);
  const { movedBytes, share = 0 } = planProgress(
    plan.id,
    nodes.map(({ report }) => report?.planReport),
  );
  const job = jobOf(plan);
  const { step } = plan;
  const next = new Map(repairs);
  next.set(job, extend(tracks.get(job), { step, atMs, bytes: movedBytes, share }));
  for (const { name, report } of nodes) {
    const said = report?.planReport;
    if (said?.plan !== plan.id) continue;
    const done = said.ranges === 0 ? 0 : said.rangesDone / said.ranges;
    const seen = { step: String(said.stepEpoch), atMs, bytes: said.movedBytes, share: done };
    next.set(trackOfNode(job, name), extend(tracks.get(trackOfNode(job, name)), seen));
  }
  return next;
}

/** The tracks with one look more at the repairs that run; those that have ended keep what they had. */
export function trackRepairs(tracks: Tracks, jobs: readonly RepairJobView[], atMs: number): Tracks {
  const next = new Map([...tracks].filter(([name]) => name.startsWith('p-')));
  for (const { id, state, restarts, sentBytes, done, ranges } of jobs) {
    const track = tracks.get(id);
    const share = ranges === 0 ? 0 : done / ranges;
    const seen = { step: String(restarts), atMs, bytes: sentBytes, share };
    if (state === 'running') next.set(id, extend(track, seen));
    else if (track !== undefined) next.set(id, track);
  }
  return next;
}

/** Name of the track of what one node does for a job. */
export function trackOfNode(job: string, node: string): string {
  return `${job}/${node}`;
}

function extend(track: Track | undefined, { step, ...point }: Seen): Track {
  const last = track?.points.at(-1);
  // Whoever has started again counts from the beginning.
  const goesOn = track?.step === step && last !== undefined && point.bytes >= last.bytes;
  return { step, points: goesOn ? [...track.points.slice(1 - POINTS), point] : [point] };
}

/** Bytes per second over the last seconds; undefined until it was looked at twice. */
export function rateOf(track: Track | undefined): number | undefined {
  const points = track?.points ?? [];
  const last = points.at(-1);
  if (last === undefined || points.length < 2) return undefined;
  const from = points.findIndex(({ atMs }) => atMs >= last.atMs - RATE_MS);
  return between(points[Math.min(from, points.length - 2)], last);
}

/** Bytes per second from each look to the next. */
export function ratesOf(track: Track | undefined): readonly Sample[] {
  const points = track?.points ?? [];
  return points.slice(1).map((point, i) => between(points[i], point));
}

function between(from: Point | undefined, to: Point): number | undefined {
  if (from === undefined || to.atMs <= from.atMs) return undefined;
  return ((to.bytes - from.bytes) * 1000) / (to.atMs - from.atMs);
}

/** How long it takes to the end of the step at the speed so far; undefined while nobody can say. */
export function leftMsOf(track: Track | undefined): number | undefined {
  const points = track?.points ?? [];
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const tookMs = last.atMs - first.atMs;
  const gained = last.share - first.share;
  if (tookMs < FORECAST_MS || !(gained > 0) || last.share >= 1) return undefined;
  return ((1 - last.share) * tookMs) / gained;
}
