import { describe, expect, it } from 'vitest';
import { chosenEvents, EventFeed } from '../../../src/cli/event-feed.js';
import type { EventView } from '../../../src/node/core/views/event-views.js';

function event(sequence: number, more: Partial<EventView> = {}): EventView {
  return {
    sequence,
    atMs: 1_000 * sequence,
    node: 'n1',
    kind: 'gossip',
    severity: 'info',
    message: `event ${sequence}`,
    ...more,
  };
}

const numbers = (events: readonly EventView[]): readonly number[] =>
  events.map(({ sequence }) => sequence);

describe('the events of a node that is looked at again and again', () => {
  it('are told once', () => {
    const feed = new EventFeed();
    expect(numbers(feed.take('n1', [event(1), event(2)]).events)).toEqual([1, 2]);
    expect(numbers(feed.take('n1', [event(1), event(2), event(3)]).events)).toEqual([3]);
    expect(feed.take('n1', [event(3)])).toEqual({ events: [], missed: 0 });
    expect(numbers(feed.take('n2', [event(1)]).events)).toEqual([1]);
  });

  it('are counted when they came and went between two looks', () => {
    const feed = new EventFeed();
    feed.take('n1', [event(1)]);
    expect(feed.take('n1', [event(5), event(6)])).toMatchObject({ missed: 3 });
    expect(feed.take('n1', [event(5), event(6)])).toMatchObject({ missed: 0 });
  });

  it('begin anew with a restart, whether it has fewer of them by then or more', () => {
    const feed = new EventFeed();
    feed.take('n1', [event(1), event(2)]);
    const fewer = [event(1, { atMs: 9_000 })];
    expect(feed.take('n1', fewer)).toEqual({ events: fewer, missed: 0 });
    const more = [event(1, { atMs: 20_000 }), event(2, { atMs: 21_000 })];
    expect(feed.take('n1', more)).toEqual({ events: more, missed: 0 });
  });

  it('may be none, before the first and ever after', () => {
    const feed = new EventFeed();
    expect(feed.take('n1', [])).toEqual({ events: [], missed: 0 });
    feed.take('n1', [event(4)]);
    expect(feed.take('n1', [])).toEqual({ events: [], missed: 0 });
    expect(numbers(feed.take('n1', [event(4), event(5)]).events)).toEqual([5]);
  });
});

describe('the events that are wanted', () => {
  const all = { severity: 'info', kind: undefined, sinceMs: 0 } as const;
  const events = [
    event(3, { severity: 'bad' }),
    event(1, { kind: 'store' }),
    event(2, { severity: 'warn' }),
  ];

  it('are in the order in which they happened', () => {
    expect(numbers(chosenEvents(events, all))).toEqual([1, 2, 3]);
  });

  it.each([
    [{ severity: 'warn' as const }, [2, 3]],
    [{ severity: 'bad' as const }, [3]],
    [{ kind: 'store' as const }, [1]],
    [{ sinceMs: 2_000 }, [2, 3]],
  ])('%j', (filter, wanted) => {
    expect(numbers(chosenEvents(events, { ...all, ...filter }))).toEqual(wanted);
  });
});
