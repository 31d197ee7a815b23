import { beforeEach, describe, expect, it } from 'vitest';
import { encodeDataKey } from '../../../../src/node/core/version/data-key.js';
import { encodeRecord } from '../../../../src/node/core/version/record-codec.js';
import { HintDelivery, type Delivery } from '../../../../src/node/hints/hint-delivery.js';
import { assert } from '../../../../src/stdx/assert.js';
import { utf8Encode } from '../../../../src/stdx/bytes.js';
import { version } from '../coordinator/requests.js';
import { TestCluster } from '../coordinator/test-cluster.js';
import type { TestNode } from '../coordinator/test-node.js';

let cluster: TestCluster;
let key: string;
let keeper: TestNode;
let leaver: TestNode;
let gainer: TestNode;

/** n4 has a copy of the key, and leaves; one node that has none gets it. */
beforeEach(async () => {
  cluster = await TestCluster.start({ nodes: 4 });
  leaver = cluster.node('n4');
  for (let i = 0; !cluster.ownersOf((key = `key-${i}`)).includes('n4'); i++) assert(i < 100, 'one');
  const owners = cluster.ownersOf(key);
  const has = (node: TestNode): boolean => owners.includes(node.name);
  const [first] = cluster.nodes.filter((node) => node !== leaver && has(node));
  const [free] = cluster.nodes.filter((node) => !has(node));
  assert(first !== undefined && free !== undefined, 'three of four nodes have a copy');
  [keeper, gainer] = [first, free];
});

/** Who is sent a hint for a node in a step of the plan, and what becomes of it. */
async function deliver(
  target: TestNode,
  step: Parameters<TestCluster['leaving']>[1],
  how: { readonly isLeaving?: boolean; readonly down?: readonly TestNode[] } = {},
): Promise<readonly [readonly string[], Delivery]> {
  cluster.publish(cluster.leaving('n4', step));
  const { metadata, coordinator } = keeper;
  const delivery = new HintDelivery({
    metadata,
    send: (to, envelope, done) => {
      coordinator.send(to, envelope, done);
    },
    reportCorrupt: () => undefined,
    liveness: {
      stateOf: (id) => (how.down?.some((node) => node.id === id) === true ? 'down' : 'up'),
    },
    isLeaving: () => how.isLeaving === true,
  });
  const parts = { namespace: 1, token: cluster.tokenOf(key), key: utf8Encode(key) };
  const record = encodeRecord(encodeDataKey(parts), {
    version: version(5),
    tombstone: false,
    value: utf8Encode('v'),
  });
  const id = { ...parts, target: target.id, storedMs: 1, sequence: 1 };
  const hint = { key: parts.key, record };
  const end = await cluster.scheduler.settle(
    delivery.deliver({ id, hint, hintKey: new Uint8Array(0), sizeBytes: 1 }),
    10_000,
  );
  const served = cluster.nodes.filter((node) => node.served.length > 0);
  return [served.map(({ name }) => name), end];
}

const ALL = ['n1', 'n2', 'n3', 'n4'];

describe('a hint for a key that moves', () => {
  it.each(['prepare', 'write-both', 'read-new', 'done'] as const)(
    'goes to its target alone in the step %s, if that keeps its copy',
    async (step) => {
      expect(await deliver(keeper, step)).toEqual([[keeper.name], 'delivered']);
    },
  );

  it.each(['write-both', 'read-new'] as const)(
    'goes to its target alone in the step %s, if that is a new owner',
    async (step) => {
      expect(await deliver(gainer, step)).toEqual([[gainer.name], 'delivered']);
    },
  );

  it.each(['write-both', 'read-new'] as const)(
    'goes to all in the step %s, if its target is about to lose its copy',
    async (step) => {
      expect(await deliver(leaver, step)).toEqual([ALL, 'delivered']);
    },
  );

  it('goes to the other new owners that are up when its keeper leaves and its target is down', async () => {
    const others = ['n1', 'n2', 'n3'].filter((name) => name !== gainer.name);
    const how = { isLeaving: true, down: [gainer] };
    expect(await deliver(gainer, 'read-new', how)).toEqual([others, 'delivered']);
  });

  it('goes to the new owners when its keeper leaves, and its target too, which is down', async () => {
    const how = { isLeaving: true, down: [leaver] };
    expect(await deliver(leaver, 'read-new', how)).toEqual([['n1', 'n2', 'n3'], 'delivered']);
  });

  it('waits when its keeper leaves and no new owner is up', async () => {
    const down = cluster.nodes.filter((node) => node !== leaver);
    expect(await deliver(gainer, 'read-new', { isLeaving: true, down })).toEqual([[], 'later']);
  });

  it('goes to the owners of then when its target has lost its copy', async () => {
    expect(await deliver(leaver, 'done')).toEqual([['n1', 'n2', 'n3'], 'delivered']);
  });
});
