import { describe, expect, it } from 'vitest';
import { frame } from '../../src/tui/frame.js';
import { plain } from '../../src/tui/line.js';
import { makeTheme } from '../../src/tui/theme.js';
import { fakeTick } from './fake-cluster.js';
import { MISSED_WRITES, seasoned, type Bench } from './states.js';

const theme = makeTheme({ color: false, ascii: true });
const lines = ({ state }: Bench): readonly string[] => frame(state, theme).map(plain);
const lineOf = (bench: Bench, start: RegExp): string =>
  lines(bench).find((line) => start.test(line)) ?? '';

describe('the view of hints', () => {
  it('is reached by its number, by a command and by tab, and names the nodes that missed most first', () => {
    const bench = seasoned([80, 24], 'overview', MISSED_WRITES);
    bench.press('7');
    expect(bench.state.view).toBe('hints');
    const targets = lines(bench).flatMap((line) => /^[> ][x* ] (n\d) /.exec(line)?.[1] ?? []);
    expect(targets.slice(0, 3)).toEqual(['n4', 'n5', 'n6']);
    bench.press('1', ':', ...Array.from('hints'), 'enter');
    expect(bench.state.view).toBe('hints');
    bench.press('4', 'tab');
    expect(bench.state.view).toBe('hints');
  });

  it('adds up what all holders keep, and takes the window that closes first', () => {
    const bench = seasoned([120, 24], 'hints', MISSED_WRITES);
    expect(lineOf(bench, /^. {2}n5 /)).toMatch(
      /n5 +up +1736 +3\.4 MiB +1m34s +2h58m +replaying +5\.0 MiB\/s +n1 n2 n3 n6/,
    );
    expect(lineOf(bench, /^.x n4 /)).toMatch(/down 3h20m .* closed +waiting +- +n1 n2 n3 n5 n6/);
    expect(lineOf(bench, /^. {2}n6 /)).toMatch(/paused +- +n1 n2 n3 n5/);
  });

  it('says how many slots need repair, and who marked them', () => {
    const bench = seasoned([80, 24], 'hints', MISSED_WRITES);
    expect(lineOf(bench, /repair/)).toBe(' ! 13 slots need repair   marked by n1 12, n3 1');
    bench.tick(fakeTick({ ...MISSED_WRITES, marks: { n3: 1 } }));
    expect(lineOf(bench, /repair/)).toBe(' ! 1 slot needs repair   marked by n3 1');
    bench.tick(fakeTick({ ...MISSED_WRITES, marks: {} }));
    expect(lineOf(bench, /repair/)).toBe(' no slot needs repair');
  });

  it('shows who keeps what for the selected node, and what can be done', () => {
    const bench = seasoned([80, 24], 'hints', MISSED_WRITES);
    bench.press('j', 'j');
    const shown = lines(bench);
    const from = shown.findIndex((line) => line.includes('kept for n6'));
    expect(shown.slice(from + 2, from + 6).map((line) => line.trim().split(/ +/)[0])).toEqual([
      'n1',
      'n2',
      'n3',
      'n5',
    ]);
    expect(lineOf(bench, /try:/)).toBe(' try: kv hints resume n6 | kv hints purge n6');
    bench.press('k');
    expect(lineOf(bench, /try:/)).toContain('kv hints replay n5 | kv hints pause n5');
  });

  it('says that nothing is kept, and of whom that is not known', () => {
    const bench = seasoned([80, 24], 'hints', { nodes: 3, second: 0 });
    expect(lines(bench).join('\n')).toContain('no node keeps hints: nobody has missed a write');
    const cluster = { nodes: 3, second: 0, states: { n2: ['down', 9] } } as const;
    const alone = seasoned([80, 24], 'hints', cluster);
    expect(lineOf(alone, /nothing is kept/)).toBe(' nothing is kept   not known of n2');
    expect(lines(alone).join('\n')).toContain('no node that answered keeps hints');
  });

  it('lets the ages go on between two ticks, up to the end of the window', () => {
    const bench = seasoned([120, 24], 'hints', MISSED_WRITES);
    const oldest = (): string => lineOf(bench, /^. {2}n6 /);
    expect(oldest()).toMatch(/ 33s /);
    bench.wait(1);
    expect(oldest()).toMatch(/ 34s /);
  });

  it('filters by what it shows, also by a holder', () => {
    const bench = seasoned([80, 24], 'hints', MISSED_WRITES);
    bench.press('/', ...Array.from('paused'), 'enter');
    const targets = (): readonly string[] =>
      lines(bench).filter((line) => /^[> ][x* ] n\d +\w+.* n1 n2/.test(line));
    expect(targets()).toEqual([expect.stringMatching(/ n6 .* paused /)]);
    bench.press('esc', '/', ...Array.from('nobody'), 'enter');
    expect(lines(bench).join('\n')).toContain('no hints match the filter');
  });

  it('leads to the node that missed the writes, if it is still a member', () => {
    const bench = seasoned([80, 24], 'hints', MISSED_WRITES);
    bench.press('j', 'enter');
    expect(bench.state).toMatchObject({ view: 'node', node: 'n5' });
    bench.press('esc');
    expect(bench.state.view).toBe('hints');
    const gone = { ...MISSED_WRITES, hints: { n9: { count: 1, bytes: 10, oldestS: 5 } } };
    bench.tick(fakeTick(gone));
    expect(lineOf(bench, /removed/)).toMatch(/^>- 000000005eed0008/);
    bench.press('enter');
    expect(bench.state.view).toBe('hints');
  });
});

describe('the column of hints among the nodes', () => {
  it('says how many writes others keep for a node, and is there only when some do', () => {
    const bench = seasoned([80, 24], 'overview', MISSED_WRITES);
    expect(lineOf(bench, /NODE +STATE/)).toMatch(/HINT/);
    expect(lineOf(bench, /^.x n4 /)).toMatch(/61\.8k *$/);
    expect(lineOf(bench, /^. {2}n2 /)).toMatch(/ - *$/);
    bench.tick(fakeTick({ ...MISSED_WRITES, hints: {} }));
    expect(lineOf(bench, /NODE +STATE/)).not.toMatch(/HINT/);
  });
});

describe('what is done with hints', () => {
  const at = (target: string, size: readonly [number, number] = [80, 24]): Bench => {
    const bench = seasoned(size, 'hints', MISSED_WRITES);
    while (!lineOf(bench, /^>/).includes(target)) bench.press('j');
    return bench;
  };
  const last = (bench: Bench): string => lines(bench).at(-1)?.trimEnd() ?? '';

  it('is asked first, with the command that does the same, and done by y alone', () => {
    const bench = at('n5');
    expect(bench.press('r')).toEqual([]);
    expect(last(bench)).toBe('  kv hints replay n5  y do it  esc leave it'.slice(1));
    expect(bench.press('j', 'enter', '7', 'space')).toEqual([]);
    expect(lineOf(bench, /^>/)).toContain('n5');
    expect(bench.press('y')).toEqual([
      { type: 'act', act: { of: 'hints', action: 'replay', target: 'n5' } },
    ]);
    expect(last(bench)).toContain('r replay');
    for (const no of ['esc', 'n', 'q', 'ctrl-c']) {
      expect(bench.press('P', no, 'y')).toEqual([]);
      expect(last(bench)).toContain('P hold back');
    }
  });

  it('holds hints back, and lets those go on that are held back', () => {
    expect(at('n5').press('P', 'y')).toMatchObject([{ act: { action: 'pause', target: 'n5' } }]);
    expect(at('n6').press('P', 'y')).toMatchObject([{ act: { action: 'resume', target: 'n6' } }]);
  });

  it('is not a replay of what cannot be sent now', () => {
    const paused = at('n6');
    expect(paused.press('r', 'y')).toEqual([]);
    expect(last(paused)).toBe(' the hints for n6 are paused: P resumes them');
    const down = at('n4');
    expect(down.press('r', 'y')).toEqual([]);
    expect(last(down)).toBe(' n4 is down: its hints are sent when it is back');
  });

  it('is nothing where nothing is kept', () => {
    const bench = seasoned([80, 24], 'hints', { nodes: 3, second: 0 });
    expect(bench.press('r', 'y', 'P', 'y')).toEqual([]);
  });

  it('leaves the order to S, which r reverses elsewhere', () => {
    const bench = at('n5');
    bench.press('S');
    expect(bench.state.places.hints.reverse).toBe(true);
    bench.press('1', 'r');
    expect(bench.state.places.overview.reverse).toBe(true);
  });

  it('has its keys in sight however narrow it is', () => {
    for (const [columns, rows] of [
      [80, 24],
      [60, 15],
    ] as const) {
      const bench = at('n5', [columns, rows]);
      bench.do({
        type: 'question',
        question: { of: 'hints', action: 'replay', target: 'n'.repeat(90) },
      });
      expect(last(bench).length).toBeLessThanOrEqual(columns);
      expect(last(bench)).toMatch(/^ kv hints replay n+.* y do it {2}esc leave it$/);
    }
  });
});
