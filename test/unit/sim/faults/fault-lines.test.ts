import { describe, expect, it } from 'vitest';
import type { Fault } from '../../../../src/sim/faults/fault.js';
import { formatFault } from '../../../../src/sim/faults/format-scenario.js';
import { parseScenario } from '../../../../src/sim/faults/scenario-file.js';

/** The only fault of a file with this one line. */
function faultOf(line: string): Fault | undefined {
  const { faults } = parseScenario(`at 1s ${line}`);
  expect(faults.map(({ atMs }) => atMs)).toEqual([1000]);
  return faults[0]?.fault;
}

/** A line as an operator writes it, what it says, and how it is written back when that differs. */
const FORMS: readonly (readonly [line: string, fault: Fault, written?: string])[] = [
  ['crash n2 for 20s', { kind: 'crash', node: 'n2', forMs: 20_000, underWay: 'lost' }],
  ['crash n2 kept for 20s', { kind: 'crash', node: 'n2', forMs: 20_000, underWay: 'kept' }],
  ['restart n1 for 1m30s', { kind: 'restart', node: 'n1', forMs: 90_000 }],
  ['restart n1', { kind: 'restart', node: 'n1', forMs: 5000 }, 'restart n1 for 5s'],
  ['pause c2 for 400ms', { kind: 'pause', machine: 'c2', forMs: 400 }],
  [
    'isolate n1 for 15s',
    {
      kind: 'partition',
      sides: [['n1'], ['n2', 'n3', 'n4', 'n5']],
      direction: 'both',
      forMs: 15_000,
    },
    'partition n1 | n2,n3,n4,n5 for 15s',
  ],
  [
    'isolate n1, n2 for 15s one-way',
    {
      kind: 'partition',
      sides: [
        ['n1', 'n2'],
        ['n3', 'n4', 'n5'],
      ],
      direction: 'one-way',
      forMs: 15_000,
    },
    'partition n1,n2 | n3,n4,n5 for 15s one-way',
  ],
  [
    'partition n1,c1|n2, n3|c2 for 20s',
    {
      kind: 'partition',
      sides: [['n1', 'c1'], ['n2', 'n3'], ['c2']],
      direction: 'both',
      forMs: 20_000,
    },
    'partition n1,c1 | n2,n3 | c2 for 20s',
  ],
  [
    'partition nodes | clients for 1s',
    {
      kind: 'partition',
      sides: [
        ['n1', 'n2', 'n3', 'n4', 'n5'],
        ['c1', 'c2', 'c3', 'c4', 'c5', 'c6'],
      ],
      direction: 'both',
      forMs: 1000,
    },
    'partition n1,n2,n3,n4,n5 | c1,c2,c3,c4,c5,c6 for 1s',
  ],
  [
    'clog n1->n2, c1 -> n3 for 8s',
    {
      kind: 'clog',
      links: [
        ['n1', 'n2'],
        ['c1', 'n3'],
      ],
      forMs: 8000,
    },
    'clog n1->n2,c1->n3 for 8s',
  ],
  [
    'network latency x10 loss 5% for 30s',
    {
      kind: 'network',
      loss: 0.05,
      duplicates: 0,
      latencyFactor: 10,
      bytesPerMs: undefined,
      forMs: 30_000,
    },
    'network loss 5% latency x10 for 30s',
  ],
  [
    'network duplicates 0.5% bandwidth 125KiB/s for 1m',
    {
      kind: 'network',
      loss: 0,
      duplicates: 0.005,
      latencyFactor: 1,
      bytesPerMs: 128,
      forMs: 60_000,
    },
  ],
  [
    'network loss 0% for 1m',
    {
      kind: 'network',
      loss: 0,
      duplicates: 0,
      latencyFactor: 1,
      bytesPerMs: undefined,
      forMs: 60_000,
    },
  ],
  ['reset n1->n2', { kind: 'reset', from: 'n1', to: 'n2' }],
  ['clock of n1 +1h', { kind: 'clock-jump', machine: 'n1', byMs: 3_600_000 }],
  ['clock of c1 -400ms', { kind: 'clock-jump', machine: 'c1', byMs: -400 }],
  ['clock of c1 -0s', { kind: 'clock-jump', machine: 'c1', byMs: 0 }, 'clock of c1 +0s'],
  ['drift of n1 +300ppm', { kind: 'clock-drift', machine: 'n1', partsPerMillion: 300 }],
  ['drift of c1 -0.5ppm', { kind: 'clock-drift', machine: 'c1', partsPerMillion: -0.5 }],
  ['slow-disk n3 by 20ms for 30s', { kind: 'disk-slow', node: 'n3', stepMs: 20, forMs: 30_000 }],
  ['fail-disk n3 on write for 20s', { kind: 'disk-fail', node: 'n3', how: 'write', forMs: 20_000 }],
  ['fail-disk n3 on sync for 20s', { kind: 'disk-fail', node: 'n3', how: 'sync', forMs: 20_000 }],
  ['fill-disk n3 for 20s', { kind: 'disk-full', node: 'n3', forMs: 20_000 }],
  ['rot n3', { kind: 'rot', node: 'n3' }],
  ['rollback n3 by 30s for 20s', { kind: 'rollback', node: 'n3', ageMs: 30_000, forMs: 20_000 }],
  ['clone n3 for 10s', { kind: 'clone', node: 'n3', forMs: 10_000 }],
];

describe('a line of a scenario file', () => {
  for (const [line, fault, written = line] of FORMS) {
    it(`says one fault: ${line}`, () => {
      expect(faultOf(line)).toEqual(fault);
      expect(formatFault(fault)).toBe(written);
    });
  }

  it('that names several nodes is one fault for each, at the same time', () => {
    const { faults } = parseScenario('nodes 3\nat 10s crash nodes for 5s');
    expect(faults.map(({ atMs, fault }) => `${atMs} ${formatFault(fault)}`)).toEqual([
      '10000 crash n1 for 5s',
      '10000 crash n2 for 5s',
      '10000 crash n3 for 5s',
    ]);
  });

  it('with every and in turn is one fault each time, of the next node', () => {
    const text = 'every 40s from 20s to 3m restart n1,n2,n3 in turn';
    const starts = parseScenario(text).faults.map(({ atMs, fault }) => [atMs, formatFault(fault)]);
    expect(starts).toEqual([
      [20_000, 'restart n1 for 5s'],
      [60_000, 'restart n2 for 5s'],
      [100_000, 'restart n3 for 5s'],
      [140_000, 'restart n1 for 5s'],
      [180_000, 'restart n2 for 5s'],
    ]);
    expect(parseScenario(text.replace(' in turn', '').replace('n3', 'n3 in turn'))).toEqual(
      parseScenario(text),
    );
  });

  it('with every and without in turn is all of its faults each time', () => {
    const { faults } = parseScenario('every 1s from 1s to 2s pause n1,c1 for 10ms');
    expect(faults.map(({ atMs, fault }) => [atMs, formatFault(fault)])).toEqual([
      [1000, 'pause n1 for 10ms'],
      [1000, 'pause c1 for 10ms'],
      [2000, 'pause n1 for 10ms'],
      [2000, 'pause c1 for 10ms'],
    ]);
  });
});
