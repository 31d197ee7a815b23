import { describe, expect, it } from 'vitest';
import { askRing, askRingView } from '../../../../src/cli/ring/ask-ring.js';
import type { KvClient } from '../../../../src/client/client.js';
import type { AdminCalls } from '../../../../src/client/transport.js';
import { ringAnswers } from '../example-ring.js';
import { exampleRing } from '../example-views.js';

/** A client of one node, whose description is of one epoch after the other. */
function clientOf(epochs: readonly number[]): Pick<KvClient, 'askAny'> {
  let asked = 0;
  const { described, namespaces, status } = ringAnswers;
  const node: Pick<AdminCalls, 'describe' | 'namespaces' | 'status' | 'ring'> = {
    describe: async () => {
      const epoch = epochs[Math.min(asked++, epochs.length - 1)] ?? 0;
      return { ...described, epoch };
    },
    namespaces: async () => namespaces,
    status: async () => status,
    ring: async () => exampleRing,
  };
  // The node answers what is asked of it here.
  return { askAny: async (question) => await question(node as AdminCalls, 1000) };
}

describe('what is asked of the ring', () => {
  it('is asked again until all answers are of one epoch', async () => {
    const answers = await askRing(clientOf([40, 41, 42]));

    expect(answers.described.epoch).toBe(42);
  });

  it('is given up when it keeps changing', async () => {
    await expect(askRing(clientOf([40]))).rejects.toMatchObject({ code: 'KV_EPOCH_CHANGED' });
    await expect(askRingView(clientOf([40]), { all: true })).rejects.toMatchObject({
      code: 'KV_EPOCH_CHANGED',
    });
  });

  it('comes with what the node says of the ring itself', async () => {
    const { ring } = await askRingView(clientOf([42]), { all: false });

    expect(ring).toEqual(exampleRing);
  });
});
