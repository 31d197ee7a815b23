import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frame } from '../../src/tui/frame.js';
import { lineWidth, plain } from '../../src/tui/line.js';
import type { ViewName } from '../../src/tui/state.js';
import { fakeTick } from './fake-cluster.js';
import { fakeOwners } from './fake-source.js';
import { LOOKS, picture, SIZES } from './looks.js';
import { A_PLAN, atJobs, Bench, MANY_NODES, MISSED_WRITES, seasoned, STAGED } from './states.js';

const VIEWS: readonly ViewName[] = [
  'overview',
  'ring',
  'gossip',
  'node',
  'hints',
  'jobs',
  'events',
  'help',
];

function text({ state }: Bench): string {
  return frame(state, LOOKS.mono).map(plain).join('\n');
}

describe('golden frames', () => {
  for (const view of VIEWS) {
    for (const [columns, rows] of SIZES) {
      for (const look of ['colour', 'mono', 'ascii'] as const) {
        it(`${view} at ${columns}x${rows}, ${look}`, async () => {
          const { state } = seasoned([columns, rows], view);
          const golden = `frames/${view}-${columns}x${rows}-${look}.txt`;
          await expect(picture(frame(state, LOOKS[look]), look)).toMatchFileSnapshot(golden);
        });
      }
    }
  }

  it('the matrix', async () => {
    const bench = seasoned([80, 24], 'gossip');
    bench.press('M');
    await expect(picture(frame(bench.state, LOOKS.mono), 'mono')).toMatchFileSnapshot(
      'frames/matrix-80x24-mono.txt',
    );
  });

  it('the owners of a key', async () => {
    const bench = seasoned([80, 24], 'ring');
    const owners = fakeOwners(new Uint8Array());
    bench.do({ type: 'lookup', lookup: { key: 'user:1042', owners, error: undefined } });
    await expect(picture(frame(bench.state, LOOKS.colour), 'colour')).toMatchFileSnapshot(
      'frames/owners-80x24-colour.txt',
    );
  });

  it('hints for several nodes, and slots that need repair', async () => {
    const { state } = seasoned([80, 24], 'hints', MISSED_WRITES);
    await expect(picture(frame(state, LOOKS.colour), 'colour')).toMatchFileSnapshot(
      'frames/missed-80x24-colour.txt',
    );
  });

  it('a question before something is done', async () => {
    const bench = seasoned([80, 24], 'hints');
    bench.press('P');
    await expect(picture(frame(bench.state, LOOKS.mono), 'mono')).toMatchFileSnapshot(
      'frames/question-80x24-mono.txt',
    );
  });

  it('a lost node', async () => {
    const bench = seasoned([80, 24], 'gossip').wait(1);
    const sinceMs = bench.state.now.monoMs;
    const reason = 'connection reset';
    bench.do({ type: 'link', link: { kind: 'lost', node: 'n1', sinceMs, reason, trying: 'n2' } });
    bench.wait(4);
    await expect(picture(frame(bench.state, LOOKS.colour), 'colour')).toMatchFileSnapshot(
      'frames/lost-80x24-colour.txt',
    );
  });

  it('many nodes', async () => {
    const bench = seasoned([80, 24], 'overview', MANY_NODES);
    bench.press('G', 's', 's');
    await expect(picture(frame(bench.state, LOOKS.mono), 'mono')).toMatchFileSnapshot(
      'frames/many-80x24-mono.txt',
    );
  });
});

describe('every frame', () => {
  const keys = fc.constantFrom(
    ...[
      '1',
      '2',
      '3',
      '4',
      '9',
      '?',
      'j',
      'k',
      'G',
      'g',
      'home',
      'ctrl-d',
      'pgdn',
      's',
      'S',
      'M',
      'l',
      'w',
      'e',
      'p',
    ],
    ...[
      '/',
      ':',
      'n',
      'N',
      '!',
      '7',
      '8',
      'tab',
      'enter',
      'esc',
      'backspace',
      'space',
      'v',
      't',
      'z',
      'C',
      'y',
      'f',
      '[',
      ']',
      '-',
      'x',
    ],
  );

  const sizes = fc.record({
    columns: fc.integer({ min: 1, max: 200 }),
    rows: fc.integer({ min: 1, max: 70 }),
  });

  it('has exactly the rows of the screen, and no line wider than it, after any keys', () => {
    const six = seasoned([80, 24], 'overview');
    const many = seasoned([80, 24], 'overview', { ...MISSED_WRITES, ...MANY_NODES });
    const changing = atJobs([80, 24]);
    const staged = atJobs([80, 24], STAGED);
    fc.assert(
      fc.property(
        sizes,
        fc.array(keys, { maxLength: 12 }),
        fc.constantFrom(six, many, changing, staged),
        (...[size, strokes, seen]) => {
          const bench = new Bench(size.columns, size.rows);
          bench.state = { ...seen.state, size };
          bench.press(...strokes);
          const lines = frame(bench.state, LOOKS.colour);
          expect(lines).toHaveLength(size.rows);
          for (const line of lines) {
            expect(lineWidth(line)).toBeLessThanOrEqual(size.columns);
            expect(plain(line)).not.toMatch(/undefined|NaN|Infinity/);
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  it('has the same words with and without colour, and only ASCII when that is asked for', () => {
    const changing = ['ring', 'jobs', 'overview'] as const;
    for (const { state } of [
      ...VIEWS.map((view) => seasoned([120, 40], view)),
      ...changing.map((view) => atJobs([120, 40], A_PLAN, view)),
      ...changing.map((view) => atJobs([80, 24], STAGED, view)),
    ]) {
      const colour = frame(state, LOOKS.colour).map(plain);
      expect(frame(state, LOOKS.mono).map(plain)).toEqual(colour);
      expect(frame(state, LOOKS.ascii).map(plain).join('')).toMatch(/^[\x20-\x7e]*$/);
      const mono = frame(state, LOOKS.mono).map((line) => LOOKS.mono.paint(line));
      // Bold, faint, inverse and their ends: nothing that colours.
      expect(mono.join('').replace(/\x1b\[(1|2|7|22|27)m/g, '')).not.toContain('\x1b');
    }
  });

  it('names of any script keep the columns straight', () => {
    const bench = seasoned([80, 24], 'overview');
    const { tick } = bench.state.facts;
    if (tick === undefined) throw new Error('a seasoned bench has facts');
    const nodes = tick.status.nodes.map((node, i) => ({
      ...node,
      name: ['数据库', 'n\x1b[2J', 'ñandú'][i % 3]! + String(i),
    }));
    bench.tick({ ...tick, status: { ...tick.status, nodes } });
    const lines = frame(bench.state, LOOKS.colour);
    for (const line of lines) expect(lineWidth(line)).toBeLessThanOrEqual(80);
    expect(lines.map(plain).join('')).toContain('n?[2J');
  });
});

describe('a terminal that is too small', () => {
  it('says what is needed in one line, or in two', () => {
    expect(text(new Bench(52, 12)).trimEnd()).toBe('terminal too small: need 60x15, have 52x12');
    expect(text(new Bench(20, 5)).split('\n').slice(0, 2)).toEqual(['need 60x15', 'have 20x5']);
    expect(text(new Bench(1, 1))).toBe('n');
    expect(text(seasoned([59, 40], 'ring')).trimEnd()).toBe(
      'terminal too small: need 60x15, have 59x40',
    );
  });

  it('takes no key but those that leave', () => {
    const bench = new Bench(20, 5);
    expect(bench.press('2', 'p', ':')).toEqual([]);
    expect(bench.state.view).toBe('overview');
    expect(bench.press('q')).toEqual([{ type: 'quit' }]);
  });
});

describe('time', () => {
  it('moves the age of heartbeats and phi between two ticks', () => {
    const bench = seasoned([80, 24], 'gossip');
    const age = (): number => Number(/n2 .*? ([\d.]+)s /.exec(text(bench))?.[1]);
    const phi = (): number => Number(/n2 .*s [━─]+ +([\d.]+)/.exec(text(bench))?.[1]);
    const [ageBefore, phiBefore] = [age(), phi()];
    bench.wait(0.5);
    expect(age()).toBeCloseTo(ageBefore + 0.5, 1);
    expect(phi()).toBeGreaterThan(phiBefore + 0.15);
  });

  it('stands still while frozen, and says for how long', () => {
    const bench = seasoned([80, 24], 'gossip');
    bench.press('p');
    const body = (): string => text(bench).split('\n').slice(1).join('\n');
    const before = body();
    bench
      .wait(6)
      .tick(fakeTick({ nodes: 6, second: 36 }))
      .wait(6);
    expect(text(bench)).toContain('frozen 00:12');
    expect(body()).toBe(before);
    bench.press('space');
    expect(text(bench)).not.toContain('frozen');
    expect(body()).not.toBe(before);
  });

  it('greys what is old, and says how old it is', () => {
    const bench = seasoned([80, 24], 'overview');
    const sinceMs = bench.state.now.monoMs;
    bench.do({
      type: 'link',
      link: { kind: 'lost', node: 'n1', sinceMs, reason: '', trying: 'n2' },
    });
    bench.wait(4);
    expect(text(bench)).toContain('lost n1 4s, trying n2   data 4.4s old');
    const body = frame(bench.state, LOOKS.colour).slice(3, -2).flat();
    const roles = new Set(
      body.map(({ text: cells, role }) => (cells.trim() === '' ? 'dim' : role)),
    );
    expect([...roles]).toEqual(['dim']);
  });

  it('ages do not go on for long without a tick: nobody knows whether they did', () => {
    const bench = seasoned([80, 24], 'gossip');
    const phis = (): readonly number[] =>
      [...text(bench).matchAll(/ ([\d.]+)[ !][━─]/g)].map(([, phi]) => Number(phi));
    const before = phis();
    expect(before.length).toBeGreaterThan(3);
    bench.wait(3);
    for (const [i, phi] of phis().entries()) expect(phi).toBeLessThanOrEqual(before[i]!);
  });

  it('a stream without ticks is called so before it is given up', () => {
    const bench = seasoned([80, 24], 'overview').wait(3.2);
    expect(text(bench)).toContain('no tick from n1 for 3.6s');
  });
});
