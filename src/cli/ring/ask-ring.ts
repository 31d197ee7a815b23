import type { KvClient } from '../../client/client.js';
import type { AdminCalls } from '../../client/transport.js';
import { KvError } from '../../node/core/errors.js';
import type { RingView } from '../../node/core/views/ring-views.js';
import type { RingAnswers } from './ring-picture.js';

/** How often answers are asked for until all are of one epoch. */
const TRIES = 4;

/** What any node knows of the ring, all of it of one epoch. @throws KvError; KV_EPOCH_CHANGED while it keeps changing */
export async function askRing(client: Pick<KvClient, 'askAny'>): Promise<RingAnswers> {
  return await sameEpoch(client, answersOf, epochsOf);
}

/** The same with what the node says of the ring itself. @throws KvError as `askRing` */
export async function askRingView(
  client: Pick<KvClient, 'askAny'>,
  options: { readonly all: boolean },
): Promise<RingAnswers & { readonly ring: RingView }> {
  return await sameEpoch(
    client,
    async (node, timeoutMs) => {
      const [answers, ring] = await Promise.all([
        answersOf(node, timeoutMs),
        node.ring(options, timeoutMs),
      ]);
      return { ...answers, ring };
    },
    (answers) => [...epochsOf(answers), answers.ring.epoch],
  );
}

async function answersOf(node: AdminCalls, timeoutMs: number): Promise<RingAnswers> {
  const [described, namespaces, status] = await Promise.all([
    node.describe(timeoutMs),
    node.namespaces(timeoutMs),
    node.status(timeoutMs),
  ]);
  return { described, namespaces, status };
}

function epochsOf({ described, namespaces, status }: RingAnswers): readonly number[] {
  return [described.epoch, namespaces.epoch, status.ring.epoch];
}

async function sameEpoch<T>(
  client: Pick<KvClient, 'askAny'>,
  ask: (node: AdminCalls, timeoutMs: number) => Promise<T>,
  epochs: (answers: T) => readonly number[],
): Promise<T> {
  return await client.askAny(async (node, timeoutMs) => {
    for (let tried = 0; tried < TRIES; tried++) {
      const answers = await ask(node, timeoutMs);
      if (new Set(epochs(answers)).size === 1) return answers;
    }
    throw new KvError('KV_EPOCH_CHANGED', 'the ring kept changing while it was asked for');
  });
}
