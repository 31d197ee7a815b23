import { describe, expect, it } from 'vitest';
import { PLAIN_LOOK } from '../../../../src/cli/look.js';
import { gossipPlan } from '../../../../src/cli/sim/gossip-flags.js';
import { gossipGoals } from '../../../../src/cli/sim/gossip-goals.js';
import {
  measureGossip,
  type GossipReport,
  type GossipRow,
} from '../../../../src/cli/sim/measure-gossip.js';
import { renderGossipReport } from '../../../../src/cli/sim/render-gossip.js';

const FLAGS = {
  nodes: '100',
  loss: '0,1,5,20',
  minutes: undefined,
  hours: undefined,
  whole: false,
  model: false,
  seed: '1',
};

const ROW: GossipRow = {
  lossPercent: 5,
  rounds: [5, 5, 5, 5, 6],
  bytesPerNodeSecond: 57_435,
  bytesToReachAll: 86_152_490,
  cpuMsToReachAll: 1_350,
  largestMessageBytes: 21_470,
  suspicions: 15,
  deaths: 0,
};

const REPORT: GossipReport = {
  nodes: 300,
  losses: [0.05, 0.2],
  seed: 1,
  engine: 'model',
  lengthMs: 60_000,
  cpuMsPerExchange: 0.3,
  rows: [ROW, { ...ROW, lossPercent: 20, rounds: [6, 6, 6, 6, 6], suspicions: 12_345, deaths: 2 }],
};

describe('the plan of kv sim gossip', () => {
  it('runs whole nodes while they are few, a model beyond, and the other when asked', () => {
    expect(gossipPlan(FLAGS)).toEqual({
      nodes: 100,
      losses: [0, 0.01, 0.05, 0.2],
      seed: 1,
      engine: 'whole',
      lengthMs: 30_000,
    });
    expect(gossipPlan({ ...FLAGS, nodes: '101' })).toMatchObject({
      engine: 'model',
      lengthMs: 60_000,
    });
    expect(gossipPlan({ ...FLAGS, nodes: '1000', whole: true }).engine).toBe('whole');
    expect(gossipPlan({ ...FLAGS, model: true }).engine).toBe('model');
    expect(gossipPlan({ ...FLAGS, nodes: '5000' }).lengthMs).toBe(12_000);
  });

  it('takes a length in minutes or hours, and losses with or without a sign', () => {
    expect(gossipPlan({ ...FLAGS, hours: '24' }).lengthMs).toBe(86_400_000);
    expect(gossipPlan({ ...FLAGS, minutes: '0.5' }).lengthMs).toBe(30_000);
    expect(gossipPlan({ ...FLAGS, loss: '5%, 12.5' }).losses).toEqual([0.05, 0.125]);
  });

  it.each([
    [{ nodes: '1' }, '--nodes takes a number from 2 to 10000, not "1"'],
    [{ nodes: '10001' }, '--nodes takes a number from 2 to 10000, not "10001"'],
    [{ nodes: 'x' }, '--nodes takes a number from 2 to 10000, not "x"'],
    [{ nodes: '2.5' }, '--nodes takes a whole number, not 2.5'],
    [
      { nodes: '1001', whole: true },
      '--nodes with --whole takes a number from 2 to 1000, not 1001',
    ],
    [{ loss: '5,x' }, '--loss takes a number from 0 to 90, not "x"'],
    [{ loss: '5,' }, '--loss takes a number from 0 to 90, not ""'],
    [{ loss: '91' }, '--loss takes a number from 0 to 90, not "91"'],
    [{ loss: '1,2,3,4,5,6,7,8,9' }, '--loss takes at most 8 values'],
    [{ minutes: '0' }, '--minutes takes a number from 0.05 to 10080, not "0"'],
    [{ hours: '169' }, '--hours takes a number from 0.001 to 168, not "169"'],
    [{ seed: 'x' }, '--seed takes whole numbers'],
  ])('refuses %j', (flags, says) => {
    expect(() => gossipPlan({ ...FLAGS, ...flags })).toThrow(says);
  });
});

describe('the goals of gossip', () => {
  it('are judged by the worst at up to 5 % loss, whatever happens beyond', () => {
    expect(gossipGoals(REPORT)).toEqual([
      { goal: 'an update reaches all within 6 rounds', met: true },
      { goal: 'no false death in 1m (the goal is 1h)', met: true },
      { goal: 'no message over 64 KiB', met: true },
    ]);
  });

  it('are missed by one round more, one death, one byte more', () => {
    const worse = { rounds: [5, 7], deaths: 1, largestMessageBytes: 65_537 };
    const goals = gossipGoals({ ...REPORT, rows: [{ ...ROW, ...worse }] });
    expect(goals.map(({ met }) => met)).toEqual([false, false, false]);
  });

  it('are not judged where only more is lost', () => {
    expect(gossipGoals({ ...REPORT, rows: [{ ...ROW, lossPercent: 20 }] })).toEqual([]);
  });
});

describe('the report of kv sim gossip', () => {
  it('is as drawn', () => {
    expect(renderGossipReport(REPORT, PLAIN_LOOK)).toMatchInlineSnapshot(`
      "300 nodes   fanout 3, a round each 1.0s   seed 1   one exchange 0.3ms of a core
      suspicions and deaths (all false) in 1m by a model of what nodes know
      LOSS  ROUNDS   BYTES   CPU  PER NODE  LARGEST  SUSPECTED  DEAD
        5%     5/6  82 MiB  1.4s  56 KiB/s   21 KiB         15     0
       20%       6  82 MiB  1.4s  56 KiB/s   21 KiB      12.3k     2
      ROUNDS (median/worst of 5), BYTES and CPU:
      until an update has reached all, of all nodes
      at up to 5% loss
        yes  an update reaches all within 6 rounds
        yes  no false death in 1m (the goal is 1h)
        yes  no message over 64 KiB
      "
    `);
  });

  it('has a row for each loss, in which more is lost, and the same figures for the same seed', async () => {
    const plan = gossipPlan({ ...FLAGS, nodes: '8', loss: '0,30', minutes: '0.2' });
    const told: string[] = [];
    const tell = async (text: () => string): Promise<void> => void told.push(text());
    const report = await measureGossip(plan, tell);
    const comparable = (rows: readonly GossipRow[]): object[] =>
      rows.map((row) => ({ ...row, cpuMsToReachAll: 0 }));
    expect(report.rows.map(({ lossPercent }) => lossPercent)).toEqual([0, 30]);
    expect(report.rows[0]).toMatchObject({ suspicions: 0, deaths: 0 });
    expect(report.rows[0]?.cpuMsToReachAll).toBeGreaterThan(0);
    expect(told).toContain('30 % loss: update 5 of 5 spreads');
    const again = await measureGossip({ ...plan, losses: [0.3] }, tell);
    expect(comparable(again.rows)).toEqual(comparable(report.rows.slice(1)));
  });
});
