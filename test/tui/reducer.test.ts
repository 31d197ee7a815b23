import { describe, expect, it } from 'vitest';
import { frame } from '../../src/tui/frame.js';
import { plain } from '../../src/tui/line.js';
import { missedEvents } from '../../src/tui/rows.js';
import { makeTheme } from '../../src/tui/theme.js';
import { currentView, selectedId } from '../../src/tui/views/registry.js';
import { fakeEvent, fakeTick, SIX_NODES } from './fake-cluster.js';
import { Bench, MANY_NODES, seasoned } from './states.js';

const theme = makeTheme({ color: false, ascii: true });
const text = ({ state }: Bench): string => frame(state, theme).map(plain).join('\n');
const visible = ({ state }: Bench): number => currentView(state).visible(state);

describe('moving', () => {
  it('scrolls through 300 nodes and draws only those in sight', () => {
    const bench = seasoned([80, 24], 'overview', MANY_NODES);
    expect(text(bench)).toContain('1-10/300');
    bench.press('G');
    expect(selectedId(bench.state)).toBe('n300');
    expect(text(bench)).toContain('291-300/300');
    expect(text(bench)).not.toMatch(/^.{3}n1 /m);
    bench.press('ctrl-u', 'k');
    expect(selectedId(bench.state)).toBe(`n${300 - Math.floor(visible(bench) / 2) - 1}`);
    bench.press('home', 'pgdn', 'j');
    expect(selectedId(bench.state)).toBe(`n${visible(bench) + 2}`);
    bench.press('home', 'k');
    expect(selectedId(bench.state)).toBe('n1');
  });

  it('draws no more elements for 300 nodes than for 30', () => {
    const spans = (nodes: number): number => {
      const { state } = seasoned([80, 24], 'gossip', { ...MANY_NODES, nodes });
      return frame(state, theme).flat().length;
    };
    expect(spans(300)).toBeLessThan(1.1 * spans(30));
  });

  it('stays with the node when the order changes', () => {
    const bench = seasoned([80, 24], 'overview', MANY_NODES);
    bench.press('j', 'j', 's', 's', 's', 's');
    expect(selectedId(bench.state)).toBe('n3');
    expect(text(bench)).toMatch(/LOADv/);
    expect(text(bench)).toMatch(/^> {2}n3 /m);
  });

  it('takes the place of a node that is gone', () => {
    const bench = seasoned([80, 24], 'overview');
    bench.press('G', 'k');
    expect(selectedId(bench.state)).toBe('n5');
    bench.tick(fakeTick({ nodes: 4, second: 31 }));
    expect(selectedId(bench.state)).toBe('n4');
  });
});

describe('filtering and ordering', () => {
  it('works while it is typed, and n and N go round through what is left', () => {
    const bench = seasoned([80, 24], 'overview', MANY_NODES);
    bench.press('/', 'n', '2', '9');
    expect(currentView(bench.state).ids(bench.state)).toHaveLength(11);
    expect(text(bench)).toContain('filter n29');
    bench.press('enter', 'N');
    expect(selectedId(bench.state)).toBe('n299');
    bench.press('n');
    expect(selectedId(bench.state)).toBe('n29');
  });

  it('shows the others after !, and everything again after esc', () => {
    const bench = seasoned([80, 24], 'overview');
    bench.press('/', '!', 'u', 'p', 'enter');
    expect(currentView(bench.state).ids(bench.state)).toEqual(['n4', 'n6']);
    bench.press('/', 'x', 'esc');
    expect(currentView(bench.state).ids(bench.state)).toEqual(['n4', 'n6']);
    bench.press('esc');
    expect(currentView(bench.state).ids(bench.state)).toHaveLength(6);
  });

  it('orders by each column in turn, reverses, and returns to the order of the cluster', () => {
    const bench = seasoned([80, 24], 'ring');
    const ids = (): readonly string[] => currentView(bench.state).ids(bench.state);
    const before = ids();
    bench.press('s');
    expect(ids()).toEqual(before);
    bench.press('S');
    expect(ids()).toEqual([...before].reverse());
    bench.press('esc');
    expect(ids()).toEqual(before);
    const sorts = currentView(bench.state).sorts(bench.state).length;
    bench.press(...Array.from({ length: sorts + 1 }, () => 's'));
    expect(bench.state.places.ring.sort).toBeUndefined();
  });
});

describe('views', () => {
  it('are reached by digit, by tab, and back', () => {
    const bench = seasoned([80, 24], 'overview');
    const after = (...strokes: string[]): string => {
      bench.press(...strokes);
      return bench.state.view;
    };
    expect(after('3')).toBe('gossip');
    expect(after('-')).toBe('overview');
    expect(after('-')).toBe('gossip');
    expect(after('tab', 'tab')).toBe('hints');
    expect(after('tab')).toBe('jobs');
    expect(after('tab')).toBe('events');
    expect(after('tab')).toBe('overview');
    expect(after('shift-tab')).toBe('events');
    expect(after('5')).toBe('events');
    expect(after('?')).toBe('help');
    expect(after('?')).toBe('events');
  });

  it('esc leads from a node back to where it was opened, also through help', () => {
    const bench = seasoned([80, 24], 'gossip');
    bench.press('j', 'enter');
    expect(text(bench)).toContain('how the others see n2');
    bench.press(']', '?', 'esc');
    expect(bench.state.view).toBe('node');
    expect(text(bench)).toContain('how the others see n3');
    bench.press('esc');
    expect(bench.state.view).toBe('gossip');
    expect(selectedId(bench.state)).toBe('n2');
  });

  it('help names the keys of the view it was opened from first', () => {
    const bench = seasoned([80, 24], 'ring');
    bench.press('?');
    expect(text(bench)).toMatch(/ring +g +type a key/);
    bench.press('/', 'O', 'S', 'C');
    expect(currentView(bench.state).ids(bench.state)).toEqual(['everywhere c']);
  });
});

describe('events', () => {
  it('are kept once each, newest first, also when they arrive twice or late', () => {
    const bench = seasoned([80, 24], 'events');
    const late = fakeEvent(1, 300, { node: 'n2', message: 'late' });
    bench.do({ type: 'events', events: [...(SIX_NODES.events ?? []), late] });
    const { events } = bench.state.facts;
    expect(events).toHaveLength(5);
    expect(text(bench).indexOf('n4 suspected')).toBeLessThan(text(bench).indexOf('late'));
    expect(text(bench).indexOf('late')).toBeLessThan(text(bench).indexOf('n6 joins'));
  });

  it('counts those that never arrived, and not the start of a new count', () => {
    const at = (sequence: number, secondsAgo: number): ReturnType<typeof fakeEvent> =>
      fakeEvent(sequence, secondsAgo, { message: 'x' });
    expect(missedEvents([at(1, 9), at(2, 8), at(6, 7)])).toBe(3);
    expect(missedEvents([at(7, 9), at(1, 8), at(2, 7)])).toBe(0);
  });

  it('stay where the reader is, until he follows again', () => {
    const bench = seasoned([80, 24], 'events');
    bench.press('j');
    const chosen = selectedId(bench.state);
    const fresh = fakeEvent(9, -40, { message: 'fresh' });
    bench.tick(fakeTick({ ...SIX_NODES, second: 41, events: [fresh] }));
    expect(selectedId(bench.state)).toBe(chosen);
    expect(text(bench)).toContain('f follows again');
    bench.press('f');
    expect(text(bench)).toMatch(/^> .*fresh/m);
  });

  it('are limited by severity and shown whole', () => {
    const bench = seasoned([80, 24], 'events');
    bench.press('v', 'v');
    expect(currentView(bench.state).ids(bench.state)).toHaveLength(1);
    bench.press('w', 't');
    expect(text(bench)).toContain('whole text');
    expect(text(bench)).toContain('3m41s');
  });

  it('keeps no more than the bound', () => {
    const bench = seasoned([80, 24], 'events');
    const events = Array.from({ length: 6000 }, (_, i) =>
      fakeEvent(i + 10, -i, { message: String(i) }),
    );
    bench.do({ type: 'events', events });
    expect(bench.state.facts.events).toHaveLength(5000);
    expect(bench.state.facts.events.at(-1)?.message).toBe('5999');
  });
});

describe('history', () => {
  it('remembers sixty ticks, and leaves a gap where a node was silent', () => {
    const bench = new Bench(80, 24);
    for (let second = 0; second < 70; second++) {
      const states = second === 68 ? { n2: ['down', 1] as const } : {};
      bench.tick(fakeTick({ nodes: 3, second, states }));
    }
    const trend = bench.state.facts.history.nodes.get('n2');
    expect(trend?.readP99).toHaveLength(60);
    expect(trend?.readP99.at(-2)).toBeUndefined();
    expect(trend?.readP99.at(-1)).toBeGreaterThan(0);
  });
});
