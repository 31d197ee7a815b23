import type { Key } from 'ink';
import { describe, expect, it } from 'vitest';

import { frame } from '../../src/tui/frame.js';
import { GLOBAL_BINDINGS } from '../../src/tui/global-bindings.js';
import { strokesOf } from '../../src/tui/keys.js';
import { plain } from '../../src/tui/line.js';
import { completions } from '../../src/tui/prompt.js';
import { makeTheme } from '../../src/tui/theme.js';
import { VIEW_BINDINGS } from '../../src/tui/view-bindings.js';
import { seasoned, type Bench } from './states.js';

const NO_KEY = { ctrl: false, meta: false, shift: false, tab: false } as Key;
const theme = makeTheme({ color: false, ascii: true });
const lastLine = ({ state }: Bench): string => plain(frame(state, theme).at(-1) ?? []).trimEnd();

describe('strokes', () => {
  it('are taken apart when the terminal delivers several at once', () => {
    expect(strokesOf('/n1\r', NO_KEY)).toEqual(['/', 'n', '1', 'enter']);
    expect(strokesOf('a b\x7f\x13', NO_KEY)).toEqual(['a', 'space', 'b', 'backspace', 'ctrl-s']);
    expect(strokesOf('数é', NO_KEY)).toEqual(['数', 'é']);
  });

  it('are named where the terminal has a key for them', () => {
    expect(strokesOf('', { ...NO_KEY, upArrow: true })).toEqual(['up']);
    expect(strokesOf('', { ...NO_KEY, escape: true, meta: true })).toEqual(['esc']);
    expect(strokesOf('', { ...NO_KEY, tab: true, shift: true })).toEqual(['shift-tab']);
    expect(strokesOf('', { ...NO_KEY, delete: true })).toEqual(['backspace']);
    expect(strokesOf('d', { ...NO_KEY, ctrl: true })).toEqual(['ctrl-d']);
    expect(strokesOf('[', NO_KEY)).toEqual(['[']);
  });

  it('of a mouse, of alt and of unknown sequences do nothing', () => {
    expect(strokesOf('[<0;12;5M', NO_KEY)).toEqual([]);
    expect(strokesOf('x', { ...NO_KEY, meta: true })).toEqual([]);
  });
});

describe('bindings', () => {
  it('give each stroke one meaning in a view', () => {
    for (const bindings of [...Object.values(VIEW_BINDINGS), GLOBAL_BINDINGS]) {
      const strokes = bindings.flatMap((binding) => binding.strokes);
      expect(new Set(strokes).size).toBe(strokes.length);
    }
  });

  it('do nothing destructive', () => {
    const bench = seasoned([80, 24], 'overview');
    const effects = Array.from('dDRrPxLm').flatMap((stroke) => bench.press(stroke));
    expect(effects).toEqual([]);
  });

  it('reach what is outside of the state', () => {
    const bench = seasoned([80, 24], 'overview');
    expect(bench.press('j', 'c')).toEqual([{ type: 'copy', text: 'n2' }]);
    expect(bench.press('V')).toEqual([{ type: 'view-from', name: 'n2' }]);
    expect(bench.press('+')).toEqual([{ type: 'set-interval', intervalMs: 1250 }]);
    expect(bench.press('_')).toEqual([{ type: 'set-interval', intervalMs: 750 }]);
    expect(bench.press('ctrl-s', 'ctrl-l', 'ctrl-r', 'ctrl-z', 'ctrl-c')).toEqual([
      { type: 'save' },
      { type: 'repaint' },
      { type: 'refetch' },
      { type: 'suspend' },
      { type: 'quit' },
    ]);
  });
});

describe('the prompt', () => {
  it('takes the keys before the view does', () => {
    const bench = seasoned([80, 24], 'overview');
    bench.press(':', 'q');
    expect(lastLine(bench)).toBe(' :q   quit');
    expect(bench.press('esc')).toEqual([]);
    expect(bench.state.prompt).toBeUndefined();
  });

  it('runs commands, also shortened ones', () => {
    const bench = seasoned([80, 24], 'overview');
    const run = (line: string): readonly unknown[] =>
      bench.press(':', ...strokesOf(line, NO_KEY), 'enter');
    run('ring');
    expect(bench.state.view).toBe('ring');
    run('node n3');
    expect(bench.state).toMatchObject({ view: 'node', node: 'n3' });
    run('mat');
    expect(bench.state).toMatchObject({ view: 'gossip', matrix: true });
    expect(run('view n2')).toEqual([{ type: 'view-from', name: 'n2' }]);
    expect(run('key user:1042 x')).toEqual([{ type: 'look-up', key: 'user:1042 x' }]);
    expect(run('interval 2s')).toEqual([{ type: 'set-interval', intervalMs: 2000 }]);
    run('overview');
    run('sort load');
    expect(bench.state.places.overview).toMatchObject({ sort: 'load', reverse: true });
    expect(run('q')).toEqual([{ type: 'quit' }]);
  });

  it('says what is wrong with a command', () => {
    const bench = seasoned([80, 24], 'overview');
    const says = (line: string): string => {
      bench.press(':', ...strokesOf(line, NO_KEY), 'enter');
      return lastLine(bench).trim();
    };
    expect(says('bogus')).toBe('no command bogus: ? lists them');
    expect(says('node n99')).toBe('no node n99');
    expect(says('view')).toBe(':view NAME');
    expect(says('interval soon')).toBe('not a duration: soon');
    expect(says('sort colour')).toMatch(/^sort by: node state rack load/);
  });

  it('completes names, and can be corrected', () => {
    const bench = seasoned([80, 24], 'overview');
    bench.press(':', 'n', 'tab');
    expect(bench.state.prompt?.text).toBe('node ');
    bench.press('n');
    expect(bench.state.prompt && completions(bench.state, bench.state.prompt)).toHaveLength(6);
    bench.press('backspace', 'ctrl-w', 'r', 'tab', 'enter');
    expect(bench.state.view).toBe('ring');
    bench.press('g', 'a', 'ctrl-u', 'backspace');
    expect(bench.state.prompt).toBeUndefined();
    expect(bench.press('g', 'k', '数', 'enter')).toEqual([{ type: 'look-up', key: 'k数' }]);
  });

  it('shows the end of a line that is longer than the screen', () => {
    const bench = seasoned([80, 24], 'overview');
    bench.press('/', ...Array.from({ length: 100 }, () => 'a'), 'z');
    expect(lastLine(bench)).toMatch(/^ \/a+z$/);
    expect(lastLine(bench).length).toBeLessThan(80);
  });
});
