import { describe, expect, it } from 'vitest';
import { askEach, askNodes } from '../../../src/cli/each-node.js';
import { unreachableError } from '../../../src/cli/unreachable-error.js';
import { Scheduler } from '../../../src/sim/scheduler.js';
import { SimCluster } from '../../../src/sim/sim-cluster.js';
import { eachTurn } from '../../../src/node/io/turn.js';
import { KvError } from '../../../src/node/core/errors.js';

describe('a node that is named', () => {
  it('and does not answer is told apart from a wrong address', async () => {
    const scheduler = new Scheduler(eachTurn);
    const cluster = new SimCluster(scheduler, 3);
    await cluster.boot(3);
    const endpoints = [{ host: 'n1', port: 7400 }];
    const { client } = cluster.client('c1', { endpoints, routing: 'any' });
    const ask = async (): Promise<never> => {
      throw new KvError('KV_UNREACHABLE', '10.0.0.2:7400: connection refused');
    };
    const asked = askNodes(client, 'n2', ask).catch((error: unknown) => error);
    const error = await scheduler.settle(asked, 60_000);
    expect(error).toMatchObject({
      code: 'KV_UNREACHABLE',
      message: 'n2 did not answer (10.0.0.2:7400: connection refused)',
      hints: ['kv status'],
    });
    if (!(error instanceof KvError)) throw new Error('it was just found to be one');
    // Nothing is said of addresses, whether they were named or not.
    for (const named of [true, false])
      expect(unreachableError(error, named)).toMatchObject({
        message: error.message,
        hints: ['kv status'],
      });
  });
});

describe('a name that no node has', () => {
  it('is refused in the same words by whoever is asked', async () => {
    const scheduler = new Scheduler(eachTurn);
    const cluster = new SimCluster(scheduler, 4);
    await cluster.boot(3);
    const { client } = cluster.client('c1', {
      endpoints: [{ host: 'n1', port: 7400 }],
      routing: 'any',
    });
    const refusal = async (asked: Promise<unknown>): Promise<unknown> =>
      await scheduler.settle(
        asked.catch((error: unknown) => error),
        60_000,
      );
    const { admin } = cluster.at('n1').node;
    const refused = { code: 'KV_USAGE', message: 'no node is called n9: there are n1, n2, n3' };
    const nobody = async (): Promise<never> => {
      throw new Error('nobody is to be asked');
    };
    expect(await refusal(askNodes(client, 'n9', nobody))).toMatchObject(refused);
    expect(await refusal(admin.node('n9'))).toMatchObject(refused);
    expect(await refusal(admin.hints('pause', 'n9'))).toMatchObject(refused);
    const call = { action: 'plan', scope: { node: 'n9' } } as const;
    expect(await refusal(admin.repair(call))).toMatchObject(refused);
  });
});

describe('nodes that are known already', () => {
  it('are asked one after the other, and those that do not answer are told', async () => {
    const scheduler = new Scheduler(eachTurn);
    const cluster = new SimCluster(scheduler, 5);
    await cluster.boot(3);
    const { client } = cluster.client('c1', {
      endpoints: [{ host: 'n1', port: 7400 }],
      routing: 'any',
    });
    const { nodes } = await scheduler.settle(client.status(), 60_000);
    const asked: string[] = [];
    const ends = await askEach({ among: nodes.slice(0, 2), name: undefined }, async ({ name }) => {
      asked.push(name);
      if (name === 'n2') throw new KvError('KV_UNREACHABLE', 'refused');
      return name;
    });
    expect(asked).toEqual(['n1', 'n2']);
    expect(ends).toEqual({
      answers: ['n1'],
      missing: [{ node: 'n2', error: { code: 'KV_UNREACHABLE', message: 'refused' } }],
    });
  });
});
