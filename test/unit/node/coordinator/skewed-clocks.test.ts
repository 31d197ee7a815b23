import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KvError } from '../../../../src/node/core/errors.js';
import type { ClientRequest } from '../../../../src/node/core/operations.js';
import { compareVersions, type Version } from '../../../../src/node/core/version/version.js';
import {
  failed,
  get,
  put,
  read,
  remove,
  text,
  version,
  written,
  type Written,
} from './requests.js';
import { TestCluster } from './test-cluster.js';

/** A client that stamps its own writes, by a clock that may be ahead. */
interface Client {
  readonly name: string;
  readonly aheadMs: number;
  readonly writer: number;
}

const AHEAD: Client = { name: 'ahead', aheadMs: 400, writer: 101 };
const EXACT: Client = { name: 'exact', aheadMs: 0, writer: 102 };

type WriteRequest = Extract<ClientRequest, { kind: 'put' | 'delete' }>;

/** A write as a client does it: stamped again above what superseded it. */
async function write(
  cluster: TestCluster,
  coordinator: string,
  request: WriteRequest,
): Promise<Written> {
  const result = await cluster.run(coordinator, request);
  const above = result instanceof KvError ? result.supersededBy : undefined;
  if (above === undefined) return written(result);
  const again = { ...request.version, ...version(above.ms + 1) };
  return await write(cluster, coordinator, { ...request, version: again });
}

describe('two clients, one with its clock 400 ms ahead', () => {
  it('lose no acknowledged quorum write: each read finds the last write that was acknowledged before it', async () => {
    const step = fc.record({
      client: fc.constantFrom(AHEAD, EXACT),
      key: fc.constantFrom('a', 'b'),
      coordinator: fc.constantFrom('n1', 'n2', 'n3'),
      reader: fc.constantFrom('n1', 'n2', 'n3'),
      silent: fc.constantFrom('n1', 'n2', 'n3', undefined),
      pauseMs: fc.integer({ min: 0, max: 200 }),
    });
    let superseded = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 20 }), async (steps) => {
        const cluster = await TestCluster.start();
        const last = new Map<string, string>();
        for (const [i, { client, key, coordinator, reader, silent, pauseMs }] of steps.entries()) {
          // One replica misses the write; a quorum of the others is enough.
          for (const node of cluster.nodes)
            node.intercept = (request) =>
              node.name === silent && request.kind === 'write' && !request.repair;
          const value = `${client.name}-${i}`;
          const wallMs = Math.floor(cluster.node('n1').process.wallMs());
          const stamp = version(wallMs + client.aheadMs, client.writer);
          await write(cluster, coordinator, put(key, value, { version: stamp }));
          last.set(key, value);
          for (const node of cluster.nodes) node.intercept = undefined;
          const found = read(await cluster.run(reader, get(key)));
          expect(text(found.value)).toBe(last.get(key));
          await cluster.scheduler.advance(pauseMs);
        }
        for (const { metrics } of cluster.nodes)
          superseded += metrics.value('kv_write_superseded_total');
      }),
      { numRuns: 20 },
    );
    // Without clocks that disagree nothing would have been tested.
    expect(superseded).toBeGreaterThan(0);
  });

  it('a deletion by the slow clock is not undone by the fast one', async () => {
    const cluster = await TestCluster.start();
    const wallMs = cluster.node('n1').process.wallMs();
    written(await cluster.run('n1', put('k', 'v', { version: version(wallMs + 400, 101) })));
    const deletion = { ...remove('k'), version: version(wallMs, 102) };
    await write(cluster, 'n2', deletion);
    expect(read(await cluster.run('n3', get('k'))).found).toBe(false);
  });
});

describe('concurrent writers of one key', () => {
  it('all end, and replicas agree on the newest version that was acknowledged', async () => {
    const cluster = await TestCluster.start();
    const pending = Array.from({ length: 30 }, (_, i) =>
      cluster.begin(`n${(i % 3) + 1}`, put('hot', `v${i}`)),
    );
    const results = await cluster.scheduler.settle(Promise.all(pending), 10_000);
    const versions = results.map((result): Version => written(result).version);
    const newest = versions.reduce((a, b) => (compareVersions(a, b) >= 0 ? a : b));
    for (const name of ['n1', 'n2', 'n3'])
      expect(read(await cluster.run(name, get('hot', 'all'))).version).toEqual(newest);
  });
});

describe('a node with a clock far off its peers', () => {
  it('does not coordinate, and says so', async () => {
    const cluster = await TestCluster.start();
    cluster.node('n1').clockOffsetMs = -10_500;
    for (const request of [put('k', 'v'), get('k')]) {
      const error = failed(await cluster.run('n1', request));
      expect(error.code).toBe('KV_CLOCK_SKEW');
      expect(error.message).toContain('behind its peers');
    }
    cluster.node('n1').clockOffsetMs = 9_000;
    written(await cluster.run('n1', put('k', 'v')));
  });
});
