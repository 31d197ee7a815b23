import fc from 'fast-check';
import type { Fault, ScheduledFault } from '../../../../src/sim/faults/fault.js';
import { namesOf } from '../../../../src/sim/faults/machine-list.js';
import type { Scenario } from '../../../../src/sim/faults/scenario.js';

const durations = fc.nat({ max: 86_400_000 });
const shares = fc.nat({ max: 1_000_000 }).map((millionths) => millionths / 1_000_000);
const factors = fc.integer({ min: 1000, max: 9_999_999 }).map((thousandths) => thousandths / 1000);
const bandwidths = fc.integer({ min: 1, max: 4_000_000_000 }).map((bytes) => bytes / 1000);
const drifts = fc.integer({ min: -999_999_999, max: 999_999_999 }).map((drift) => drift / 1000);

/** A way to deal some of the machines out to `sides` sides, none of them empty. */
function sidesOf(machines: readonly string[], sides: number): fc.Arbitrary<readonly string[][]> {
  return fc
    .tuple(
      fc.shuffledSubarray([...machines], { minLength: sides }),
      fc.array(fc.nat({ max: sides - 1 }), {
        minLength: machines.length,
        maxLength: machines.length,
      }),
    )
    .map(([some, choices]) => {
      const dealt: string[][] = Array.from({ length: sides }, () => []);
      for (const [i, name] of some.entries()) dealt[i < sides ? i : (choices[i] ?? 0)]?.push(name);
      return dealt;
    });
}

/** A link between two of the machines. */
function linkOf(machines: readonly string[]): fc.Arbitrary<readonly [string, string]> {
  return fc
    .shuffledSubarray([...machines], { minLength: 2, maxLength: 2 })
    .map(([from = '', to = '']) => [from, to] as const);
}

/** Faults of every kind over machines of a scenario with two nodes at least, of any length that fits into `mostMs`. */
function faultsOf(roster: {
  readonly nodes: number;
  readonly clients: number;
  readonly mostMs: number;
}): fc.Arbitrary<Fault> {
  const nodes = namesOf('n', roster.nodes);
  const machines = [...nodes, ...namesOf('c', roster.clients)];
  const node = fc.constantFrom(...nodes);
  const machine = fc.constantFrom(...machines);
  const forMs = fc.nat({ max: roster.mostMs });
  const partition = fc
    .constantFrom(2, 2, Math.min(3, machines.length))
    .chain((count) => sidesOf(machines, count))
    .chain((sides) =>
      fc.record({
        kind: fc.constant('partition' as const),
        sides: fc.constant(sides),
        direction: sides.length === 2 ? fc.constantFrom('both', 'one-way') : fc.constant('both'),
        forMs,
      }),
    );
  return fc.oneof(
    fc.record({
      kind: fc.constant('crash'),
      node,
      forMs,
      underWay: fc.constantFrom('lost', 'kept'),
    }),
    fc.record({ kind: fc.constantFrom('restart', 'disk-full', 'clone'), node, forMs }),
    fc.record({ kind: fc.constant('pause'), machine, forMs }),
    partition,
    fc.record({
      kind: fc.constant('clog'),
      links: fc.array(linkOf(machines), { minLength: 1, maxLength: 4 }),
      forMs,
    }),
    fc.record({
      kind: fc.constant('network'),
      loss: shares,
      duplicates: shares,
      latencyFactor: fc.oneof(fc.constant(1), factors),
      bytesPerMs: fc.option(bandwidths, { nil: undefined }),
      forMs,
    }),
    linkOf(nodes).map(([from, to]) => ({ kind: 'reset', from, to }) as const),
    fc.record({
      kind: fc.constant('clock-jump'),
      machine,
      byMs: fc.integer({ min: -86_400_000, max: 86_400_000 }),
    }),
    fc.record({ kind: fc.constant('clock-drift'), machine, partsPerMillion: drifts }),
    fc.record({ kind: fc.constant('disk-slow'), node, stepMs: durations, forMs }),
    fc.record({
      kind: fc.constant('disk-fail'),
      node,
      how: fc.constantFrom('write', 'sync'),
      forMs,
    }),
    node.map((name) => ({ kind: 'rot', node: name }) as const),
    fc.record({ kind: fc.constant('rollback'), node, ageMs: durations, forMs }),
  );
}

/** Any scenario that a file can say, its faults in the order of time. */
export const scenarios: fc.Arbitrary<Scenario> = fc
  .record({
    nodes: fc.integer({ min: 2, max: 12 }),
    clients: fc.nat({ max: 9 }),
    hundredths: fc.integer({ min: 1, max: 144_000 }),
  })
  .chain(({ nodes, clients, hundredths }) => {
    const endMs = hundredths * 600;
    const scheduled: fc.Arbitrary<ScheduledFault> = fc.nat({ max: endMs - 1 }).chain((atMs) =>
      fc.record({
        atMs: fc.constant(atMs),
        fault: faultsOf({ nodes, clients, mostMs: endMs - atMs }),
      }),
    );
    return fc.record({
      name: fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,20}$/),
      description: fc.string().map((text) => text.replaceAll(/\s+/g, ' ').trim()),
      nodes: fc.constant(nodes),
      minutes: fc.constant(hundredths / 100),
      clients: fc.constant(clients),
      graceMs: fc.option(durations, { nil: undefined }),
      faults: fc
        .array(scheduled, { maxLength: 12 })
        .map((faults) => faults.sort((a, b) => a.atMs - b.atMs)),
    });
  });
