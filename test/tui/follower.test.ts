import { describe, expect, it } from 'vitest';
import { withDeadline, unlessAborted } from '../../src/tui/deadline.js';
import { nextCandidate } from '../../src/tui/follower.js';
import { fakeTick, SIX_NODES } from './fake-cluster.js';

const { nodes } = fakeTick({
  ...SIX_NODES,
  states: { n1: ['suspect', 3], n4: ['down', 9] },
}).status;

describe('nextCandidate', () => {
  it('takes nodes that are up before suspects before those that are down, and none twice', () => {
    const tried = new Set<string>();
    const order: string[] = [];
    for (;;) {
      const next = nextCandidate(nodes, tried);
      if (next === undefined) break;
      order.push(next.name);
      tried.add(next.name);
    }
    expect(order).toEqual(['n2', 'n3', 'n5', 'n6', 'n1', 'n4']);
  });

  it('names where the node listens', () => {
    expect(nextCandidate(nodes, new Set())).toEqual({ name: 'n2', address: '10.0.0.12:7400' });
  });
});

describe('deadlines', () => {
  const never = new Promise<string>(() => undefined);

  it('end what never ends', async () => {
    await expect(withDeadline(never, 1, 'too late')).rejects.toThrow('too late');
    await expect(withDeadline(Promise.resolve('in time'), 1000, 'too late')).resolves.toBe(
      'in time',
    );
  });

  it('an abort ends it too, also one that came before', async () => {
    const controller = new AbortController();
    const waiting = unlessAborted(never, controller.signal);
    controller.abort();
    await expect(waiting).resolves.toBeUndefined();
    await expect(unlessAborted(never, controller.signal)).resolves.toBeUndefined();
    await expect(unlessAborted(Promise.resolve(1), new AbortController().signal)).resolves.toBe(1);
  });
});
