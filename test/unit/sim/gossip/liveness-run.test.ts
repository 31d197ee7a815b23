import { describe, expect, it } from 'vitest';
import { eachTurn } from '../../../../src/node/io/turn.js';
import {
  figuresBetween,
  type LivenessFigures,
  type LivenessRun,
  type LivenessScene,
} from '../../../../src/sim/gossip/liveness-run.js';
import { ModelRun } from '../../../../src/sim/gossip/model/model-run.js';
import { WholeRun } from '../../../../src/sim/gossip/whole/whole-run.js';
import { Scheduler } from '../../../../src/sim/scheduler.js';

const SETTLE_MS = 20_000;

const wholeRun = (scene: LivenessScene): Promise<WholeRun> =>
  WholeRun.of(scene, new Scheduler(eachTurn));

/** What is counted in some time after things have settled. */
async function counted(run: LivenessRun, durationMs: number): Promise<LivenessFigures> {
  await run.advance(SETTLE_MS);
  const before = run.figures();
  await run.advance(durationMs);
  return figuresBetween(before, run.figures());
}

describe('nodes that gossip and watch each other', () => {
  it('suspect nobody where nothing is lost, whole or as a model', async () => {
    const scene = { nodes: 20, loss: 0, seed: 1 };
    for (const run of [await wholeRun(scene), new ModelRun(scene)]) {
      const { suspicions, deaths, sentBytes } = await counted(run, 30_000);
      expect({ suspicions, deaths }).toEqual({ suspicions: 0, deaths: 0 });
      expect(sentBytes).toBeGreaterThan(0);
    }
  });

  it('give the same figures for the same seed, others for another, whole or as a model', async () => {
    for (const of of [wholeRun, async (scene: LivenessScene) => new ModelRun(scene)]) {
      const figures = async (seed: number): Promise<LivenessFigures> =>
        counted(await of({ nodes: 15, loss: 0.3, seed }), 20_000);
      const first = await figures(7);
      expect(await figures(7)).toEqual(first);
      expect((await figures(8)).sentBytes).not.toBe(first.sentBytes);
    }
  });

  it('send as much, and suspect each other about as often, as a model as they do whole', async () => {
    const scene = { nodes: 30, loss: 0.4, seed: 3 };
    const whole = await counted(await wholeRun(scene), 300_000);
    const model = await counted(new ModelRun(scene), 300_000);
    expect(model.sentBytes / whole.sentBytes).toBeGreaterThan(0.95);
    expect(model.sentBytes / whole.sentBytes).toBeLessThan(1.05);
    expect(whole.suspicions).toBeGreaterThan(50);
    expect(model.suspicions / whole.suspicions).toBeGreaterThan(0.5);
    expect(model.suspicions / whole.suspicions).toBeLessThan(2);
  });
});

describe('the gossip model', () => {
  it('sees no false death among 400 nodes in ten seconds at 5 % loss, and messages that a table needs', async () => {
    const figures = await counted(new ModelRun({ nodes: 400, loss: 0.05, seed: 1 }), 10_000);
    expect(figures.deaths).toBe(0);
    expect(figures.suspicions).toBeGreaterThan(0);
    expect(figures.largestMessageBytes).toBeGreaterThan(20_000);
    expect(figures.largestMessageBytes).toBeLessThanOrEqual(64 * 1024);
  });

  it('sees false deaths where nearly everything is lost, so that their absence says something', async () => {
    const { deaths } = await counted(new ModelRun({ nodes: 20, loss: 0.8, seed: 1 }), 60_000);
    expect(deaths).toBeGreaterThan(0);
  });
});
