import { describe, expect, it } from 'vitest';
import { PLAIN_LOOK } from '../../../../src/cli/look.js';
import { renderStreams } from '../../../../src/cli/render/streams.js';
import { streamsFacts } from '../../../../src/cli/results.js';
import type { PlanReport } from '../../../../src/node/core/views/plan-views.js';
import type { PlanView } from '../../../../src/node/core/views/topology-views.js';
import type { StatusView } from '../../../../src/node/core/views/status-views.js';
import { report, runningPlan } from '../example-plans.js';
import { exampleStatus } from '../example-views.js';

const MIB = 1024 ** 2;
const from = ['n1', 'n2', 'n3'];
const streams: PlanReport['streams'] = [
  { namespace: 'default', from, to: ['n6'], ranges: 37, movedBytes: 120 * MIB, forMs: 15_000 },
  { namespace: 'sessions', from, to: [], ranges: 1, movedBytes: 0, forMs: 200 },
];

/** A cluster in which n6 moves these, for the plan that runs or another one; without any when it is null. */
function moving(
  told: Partial<PlanReport> = { streams },
  plan: PlanView | null = runningPlan().plan,
): StatusView {
  return {
    ...exampleStatus,
    plan: plan ?? undefined,
    nodes: exampleStatus.nodes.map((node) =>
      node.name === 'n6' && node.report !== undefined
        ? { ...node, report: { ...node.report, planReport: report(told) } }
        : node,
    ),
  };
}

describe('what is moved while the ring changes', () => {
  it('is a row for each group of ranges, with how fast it goes', () => {
    expect(renderStreams(moving(), PLAIN_LOOK)).toMatchInlineSnapshot(`
      "ON  FROM      TO  NAMESPACE  RANGES    MOVED       RATE    FOR
      n6  n1 n2 n3  n6  default        37  120 MiB  8.0 MiB/s    15s
      n6  n1 n2 n3  -   sessions        1      0 B          -  200ms
      at most 64 MiB/s to each node that gains ranges
      "
    `);
  });

  it('is nothing without a plan, and nothing of another plan', () => {
    const none =
      'nothing is moved: no plan runs\nat most 64 MiB/s to each node that gains ranges\n';
    expect(renderStreams(moving({}, null), PLAIN_LOOK)).toBe(none);
    const other = renderStreams(moving({ streams, plan: 12 }), PLAIN_LOOK);
    expect(other).toMatch(/^nothing is moved now: plan p-43 \(n6 joins, n5 leaves\), write-both\n/);
  });

  it('says why nothing moves', () => {
    const { plan } = runningPlan({ paused: true });
    expect(renderStreams(moving({}, plan), PLAIN_LOOK)).toContain('\npaused: kv job resume p-43\n');
  });

  it('is told to programs with the rate, and who did not answer', () => {
    const { result, partial } = streamsFacts(moving());
    expect(result).toMatchObject({
      job: 'p-43',
      limitBytesPerSecond: 64 * MIB,
      streams: [
        { node: 'n6', to: ['n6'], bytesPerSecond: 8 * MIB },
        { node: 'n6', namespace: 'sessions', bytesPerSecond: undefined },
      ],
    });
    expect(partial).toMatchObject([{ node: 'n4' }]);
  });
});
