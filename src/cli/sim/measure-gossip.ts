import { LIMITS } from '../../node/core/limits.js';
import { eachTurn } from '../../node/io/turn.js';
import { FullExchange } from '../../sim/gossip/full-exchange.js';
import {
  figuresBetween,
  type LivenessFigures,
  type LivenessRun,
  type LivenessScene,
} from '../../sim/gossip/liveness-run.js';
import { ModelRun } from '../../sim/gossip/model/model-run.js';
import { roundsToReachAll } from '../../sim/gossip/spread.js';
import { WholeRun } from '../../sim/gossip/whole/whole-run.js';
import { Scheduler } from '../../sim/scheduler.js';
import type { Tell } from './tell.js';
import { medianOf } from '../../stdx/median.js';

export type GossipEngine = 'whole' | 'model';

export interface GossipPlan {
  readonly nodes: number;
  /** Chances that one message is lost, in [0, 1). */
  readonly losses: readonly number[];
  readonly seed: number;
  readonly engine: GossipEngine;
  /** Virtual time in which suspicions and deaths are counted. */
  readonly lengthMs: number;
}

/** What one loss makes of gossip and of what nodes believe of each other. */
export interface GossipRow {
  readonly lossPercent: number;
  /** Rounds until an update has reached all, of each seed, in ascending order. */
  readonly rounds: readonly number[];
  readonly bytesPerNodeSecond: number;
  /** What all nodes send in the median of the rounds. */
  readonly bytesToReachAll: number;
  readonly cpuMsToReachAll: number;
  readonly largestMessageBytes: number;
  readonly suspicions: number;
  readonly deaths: number;
}

export interface GossipReport extends GossipPlan {
  readonly cpuMsPerExchange: number;
  readonly rows: readonly GossipRow[];
}

/** Seeds of the spread of an update. */
const SPREADS = 5;
/** Passes before anything is counted, until each node has its usual knowledge of the others. */
const SETTLE_MS: Readonly<Record<GossipEngine, number>> = { whole: 10_000, model: 20_000 };
const STEPS = 200;

/** Measures how gossip spreads, what it costs, and what it makes nodes believe, at every loss of the plan. */
export async function measureGossip(plan: GossipPlan, tell: Tell): Promise<GossipReport> {
  await tell(() => `an exchange of ${plan.nodes} nodes`);
  const cpuMsPerExchange = exchangeCpuMs(plan.nodes);
  const rows: GossipRow[] = [];
  for (const loss of plan.losses) {
    const rounds = await spreads(plan, loss, tell);
    const figures = await liveness(plan, loss, tell);
    rows.push(rowOf(plan, { loss, rounds, figures, cpuMsPerExchange }));
  }
  return { ...plan, cpuMsPerExchange, rows };
}

interface Measured {
  readonly loss: number;
  readonly rounds: readonly number[];
  readonly figures: LivenessFigures;
  readonly cpuMsPerExchange: number;
}

function rowOf(plan: GossipPlan, { loss, rounds, figures, cpuMsPerExchange }: Measured): GossipRow {
  const { nodes, lengthMs } = plan;
  const bytesPerNodeSecond = (figures.sentBytes * 1000) / (nodes * lengthMs);
  const median = medianOf(rounds);
  const exchanges = nodes * LIMITS.gossipFanout * median;
  return {
    lossPercent: loss * 100,
    rounds,
    bytesPerNodeSecond,
    bytesToReachAll: (bytesPerNodeSecond * nodes * median * LIMITS.gossipIntervalMs) / 1000,
    cpuMsToReachAll: cpuMsPerExchange * exchanges,
    largestMessageBytes: figures.largestMessageBytes,
    suspicions: figures.suspicions,
    deaths: figures.deaths,
  };
}

/** Processor time that both sides of one exchange take, with full tables: the median, after the code has warmed up. */
function exchangeCpuMs(nodes: number): number {
  const exchange = new FullExchange(nodes);
  const count = Math.min(300, Math.max(7, Math.ceil(60_000 / nodes)));
  const costsMs = Array.from({ length: count }, (_, i) => {
    exchange.pass();
    const before = process.cpuUsage();
    exchange.exchange(i * 7919);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  });
  return medianOf(costsMs.slice(count >> 1));
}

async function spreads(
  { nodes, seed }: GossipPlan,
  loss: number,
  tell: Tell,
): Promise<readonly number[]> {
  const rounds: number[] = [];
  for (let i = 0; i < SPREADS; i++) {
    await tell(() => `${percent(loss)} loss: update ${i + 1} of ${SPREADS} spreads`);
    rounds.push(roundsToReachAll({ nodes, loss, seed: seed + i }));
  }
  return rounds.sort((a, b) => a - b);
}

async function liveness(plan: GossipPlan, loss: number, tell: Tell): Promise<LivenessFigures> {
  const { nodes, seed, engine, lengthMs } = plan;
  await tell(() => `${percent(loss)} loss: ${nodes} nodes meet`);
  const run = await runOf(engine, { nodes, loss, seed });
  await pass(run, SETTLE_MS[engine], () => tell(() => `${percent(loss)} loss: gossip settles`));
  const before = run.figures();
  let passedMs = 0;
  await pass(run, lengthMs, (stepMs) => {
    passedMs += stepMs;
    return tell(() => {
      const { suspicions, deaths } = figuresBetween(before, run.figures());
      const part = ((100 * passedMs) / lengthMs).toFixed(0);
      return `${percent(loss)} loss: ${part} %, ${suspicions} suspicions, ${deaths} deaths, all false`;
    });
  });
  return figuresBetween(before, run.figures());
}

async function runOf(engine: GossipEngine, scene: LivenessScene): Promise<LivenessRun> {
  return engine === 'whole' ? WholeRun.of(scene, new Scheduler(eachTurn)) : new ModelRun(scene);
}

/** Lets time pass in steps, so that something can be said in between. */
async function pass(
  run: LivenessRun,
  durationMs: number,
  stepped: (stepMs: number) => Promise<void>,
): Promise<void> {
  for (let step = 0; step < STEPS; step++) {
    await run.advance(durationMs / STEPS);
    await stepped(durationMs / STEPS);
  }
}

function percent(loss: number): string {
  return `${Number((loss * 100).toFixed(2))} %`;
}
