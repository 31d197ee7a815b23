import { describe, expect, it } from 'vitest';
import { askNodes } from '../../../src/cli/each-node.js';
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
