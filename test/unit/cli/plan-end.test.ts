import { describe, expect, it } from 'vitest';
import { planEnd, type AfterPlan } from '../../../src/cli/plan-end.js';
import { planOfJob } from '../../../src/cli/plan-job.js';
import { CHANGES, noPlan, runningPlan } from './example-plans.js';

const [join, leave, remove, replace, replication] = CHANGES;

function after(
  nodes: Readonly<Record<string, AfterPlan['nodes'][number]['membership']>>,
  copies: Readonly<Record<string, number>> = {},
): AfterPlan {
  return {
    nodes: Object.entries(nodes).map(([name, membership]) => ({ name, membership })),
    namespaces: [{ name: 'orders', replication: copies }],
  };
}

describe('a plan that runs no more', () => {
  it('is done when all that it was to change is so', () => {
    const made = after(
      { n4: 'removed', n5: 'removed', n6: 'normal', n7: 'normal' },
      { dc1: 3, dc2: 2 },
    );
    expect(planEnd(CHANGES, made)).toBe('done');
  });

  it('was cancelled when something is not', () => {
    expect(planEnd([join], after({ n6: 'removed' }))).toBe('cancelled');
    expect(planEnd([replace], after({ n4: 'normal', n7: 'removed' }))).toBe('cancelled');
    expect(planEnd([leave], after({ n5: 'normal' }))).toBe('cancelled');
    expect(planEnd([remove], after({ n4: 'normal' }))).toBe('cancelled');
    expect(planEnd([replication], after({}, { dc1: 3 }))).toBe('cancelled');
  });

  it('is judged by its own node where a new one has the name by now', () => {
    const nodes = [
      { name: 'n5', membership: 'removed' },
      { name: 'n5', membership: 'joining' },
    ] as const;
    expect(planEnd([leave], { nodes, namespaces: [] })).toBe('done');
    expect(planEnd([{ ...join, node: 'n5' }], { nodes, namespaces: [] })).toBe('cancelled');
  });

  it('is not found by its name, and a repair is sent to its own commands', () => {
    const running = runningPlan();
    expect(planOfJob(running, 'p-43')).toBe(running.plan);
    const find = (job: string) => () => planOfJob(noPlan, job);
    expect(find('p-43')).toThrow('plan p-43 does not run');
    expect(find('r-7c1e')).toThrow('r-7c1e is a repair');
    expect(find('x')).toThrow('no job is called x');
  });
});
