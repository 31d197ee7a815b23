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
