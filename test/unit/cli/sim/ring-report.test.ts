import { describe, expect, it } from 'vitest';
import { PLAIN_LOOK } from '../../../../src/cli/look.js';
import { measureRing, type RingReport } from '../../../../src/cli/sim/measure-ring.js';
import { renderRingReport } from '../../../../src/cli/sim/render-ring.js';
import { ringPlan } from '../../../../src/cli/sim/ring-flags.js';
import type { RingStudy } from '../../../../src/sim/ring/ring-study.js';

const FLAGS = {
  nodes: '300',
  vnodes: '128',
  rf: '3',
  racks: '1',
  seed: undefined,
  seeds: undefined,
};

const STUDY: RingStudy = {
  replicated: 1.0052,
  primary: 1.0285,
  replicaSets: 38_057,
  fatalPairs: 0.84297,
  added: { moved: 0.003324, fairShares: 1.0004, replicated: 1.0051 },
  removed: { moved: 0.003338, fairShares: 1.0014, replicated: 1.0316 },
};

const REPORT: RingReport = {
  nodes: 300,
  vnodes: 128,
  replicationFactor: 3,
  racks: 1,
  seeds: [1],
  allocated: STUDY,
  random: { ...STUDY, replicated: 1.1688, primary: 1.3321, replicaSets: 37_859 },
};

describe('the plan of kv sim ring', () => {
  it('is one seed unless a range is asked for', () => {
    expect(ringPlan(FLAGS)).toEqual({
      nodes: 300,
      vnodes: 128,
      replicationFactor: 3,
      racks: 1,
      seeds: [1],
    });
    expect(ringPlan({ ...FLAGS, seed: '42' }).seeds).toEqual([42]);
    expect(ringPlan({ ...FLAGS, seeds: '3..5' }).seeds).toEqual([3, 4, 5]);
  });

  it.each([
    [{ nodes: '0' }, '--nodes takes a number from 1 to 1000, not "0"'],
    [{ nodes: 'x' }, '--nodes takes a number from 1 to 1000, not "x"'],
    [{ racks: '1.5' }, '--racks takes a whole number, not 1.5'],
    [{ nodes: '1001' }, '--nodes takes a number from 1 to 1000, not "1001"'],
    [{ vnodes: '0' }, '--vnodes takes a number from 1 to 256, not "0"'],
    [{ vnodes: '257' }, '--vnodes takes a number from 1 to 256, not "257"'],
    [{ nodes: '3', rf: '4' }, '--rf takes a number from 1 to 3, not "4"'],
    [{ rf: '0' }, '--rf takes a number from 1 to 300, not "0"'],
    [{ nodes: '3', racks: '4' }, '--racks takes a number from 1 to 3, not "4"'],
    [{ seeds: '1..101' }, '--seeds takes a number from 1 to 100, not 101'],
    [{ seeds: '5..1' }, '--seeds ends before it begins'],
  ])('refuses %j', (flags, says) => {
    expect(() => ringPlan({ ...FLAGS, ...flags })).toThrow(says);
  });
});

describe('the report of kv sim ring', () => {
  it('is as drawn', () => {
    expect(renderRingReport(REPORT, PLAIN_LOOK)).toMatchInlineSnapshot(`
      "300 nodes x 128 vnodes   rf 3   1 rack   seed 1
      TOKENS                              ALLOCATED  RANDOM
      copies held, most over mean            1.0052  1.1688
      primary ranges, most over mean         1.0285  1.3321
      one node added: copies that move        0.33%   0.33%
        in fair shares of one node            1.000   1.000
        copies held then, most over mean     1.0051  1.0051
      one node removed: copies that move      0.33%   0.33%
        in fair shares of one node            1.001   1.001
        copies held then, most over mean     1.0316  1.0316
      distinct replica sets                   38057   37859
      pairs that cost a range its quorum     84.30%  84.30%
      "
    `);
  });

  it('says so when there are racks, several seeds, or nobody could be removed', () => {
    const text = renderRingReport(
      { ...REPORT, racks: 3, seeds: [3, 4, 5], random: { ...STUDY, removed: undefined } },
      PLAIN_LOOK,
    );
    expect(text).toContain('3 racks (copies: worst inside any rack)\nmedians of seeds 3..5\n');
    expect(text).toMatch(/one node removed: copies that move +0\.33% +-\n/);
  });

  it('compares both kinds of tokens on the same ring, and tells every join', async () => {
    const told: string[] = [];
    const plan = ringPlan({ ...FLAGS, nodes: '10', vnodes: '8', seeds: '1..3' });
    const report = await measureRing(plan, async (text) => void told.push(text()));
    expect(report.allocated.replicated).toBeLessThan(report.random.replicated);
    expect(told).toHaveLength(2 * 3 * 11);
    expect(told.at(-1)).toBe('random tokens, seed 3: 11 of 11 nodes');
  });
});
