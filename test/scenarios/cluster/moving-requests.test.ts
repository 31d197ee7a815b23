import { beforeEach, describe, expect, it } from 'vitest';
import { tokenOf } from '../../../src/node/core/ring/token.js';
import { assert } from '../../../src/stdx/assert.js';
import { utf8Decode, utf8Encode } from '../../../src/stdx/bytes.js';
import { ChangingCluster, KEYS, MOVE_MS } from './changing-cluster.js';

let cluster: ChangingCluster;
/** What was last acknowledged of each key. */
let written: Map<string, string>;
let steps: Set<string>;

beforeEach(async () => {
  cluster = await ChangingCluster.of(3, 7);
  written = new Map(KEYS.map((key) => [key, `v ${key}`]));
  steps = new Set();
});

/** One key after the other is read and written, on these nodes in turn, until the plan that runs is done. */
async function work(...names: readonly string[]): Promise<number> {
  const { client } = cluster.client('c1');
  const endMs = cluster.scheduler.nowMs() + MOVE_MS;
  let operations = 0;
  for (; cluster.scheduler.nowMs() < endMs; operations++) {
    const { plan } = cluster.view('n1').metadata;
    steps.add(plan?.step ?? 'none');
    if (plan === undefined && operations > 0) break;
    const key = KEYS[operations % KEYS.length] ?? '';
    const name = names[operations % names.length] ?? '';
    expect(await cluster.get(name, key)).toBe(written.get(key));
    await cluster.put(name, key, `${operations} at ${name}`);
    const found = await cluster.run(client.get(utf8Encode(key)));
    expect(found.value && utf8Decode(found.value)).toBe(`${operations} at ${name}`);
    await cluster.run(client.put(utf8Encode(key), utf8Encode(`${operations}`)));
    written.set(key, `${operations}`);
    await cluster.scheduler.advance(25);
  }
  return operations;
}

async function expectAll(...names: readonly string[]): Promise<void> {
  for (const name of names)
    for (const [key, value] of written) expect(await cluster.get(name, key, 'all')).toBe(value);
}

/** Stops the plan that runs in a step. */
async function pauseIn(step: string): Promise<number> {
  await cluster.stepped('n1', step);
  const plan = cluster.view('n1').metadata.plan?.id ?? 0;
  await cluster.order('n1', { action: 'pause', plan });
  return plan;
}

/** A key of which both nodes have a copy after the plan. */
function keyAfterwardsOn(...names: readonly string[]): string {
  const view = cluster.view('n1');
  const { members, namespaces } = view.metadata;
  const ids = members.filter(({ name }) => names.includes(name)).map(({ nodeId }) => nodeId);
  const isOnAll = (key: string): boolean =>
    namespaces
      .flatMap((one) => view.ownersOf(one, tokenOf(utf8Encode(key))))
      .every(({ next }) => ids.every((id) => next.includes(id)));
  const key = KEYS.find(isOnAll);
  assert(key !== undefined, 'there is one');
  return key;
}

describe('requests while the ring moves', () => {
  it('all succeed and find what was last written, on every node and in every step, as a node joins and another leaves', async () => {
    await cluster.join('n4');
    await cluster.order('n1', { action: 'commit' });
    expect(await work('n1', 'n2', 'n3', 'n4')).toBeGreaterThan(KEYS.length);
    expect([...steps]).toEqual(['prepare', 'write-both', 'read-new', 'none']);
    await expectAll('n1', 'n4');

    steps.clear();
    await cluster.order('n1', { action: 'leave', node: 'n2' }, { commit: true });
    // Its last requests end with the node that leaves; clients ask another one then.
    await work('n1', 'n3', 'n4');
    expect([...steps]).toContain('read-new');
    await expectAll('n1', 'n4');
  });

  it('go on while the node that joins is dead, and it has what they wrote when it owns its ranges', async () => {
    await cluster.join('n4');
    await cluster.order('n1', { action: 'commit' });
    const plan = await pauseIn('write-both');
    await cluster.lose('n4');
    for (const [i, key] of KEYS.entries()) {
      const name = `n${1 + (i % 3)}`;
      await cluster.put(name, key, `alone ${i}`);
      expect(await cluster.get(`n${1 + ((i + 1) % 3)}`, key)).toBe(`alone ${i}`);
      written.set(key, `alone ${i}`);
    }
    await cluster.start('n4');
    await cluster.order('n1', { action: 'resume', plan });
    await cluster.planEnds();
    await cluster.until(() => cluster.isInPlace(), MOVE_MS);
    await expectAll('n2', 'n4');
  });

  it('are refused with the owners that are missing, when too many of the new ones are', async () => {
    await cluster.join('n4');
    await cluster.order('n1', { action: 'commit' });
    await pauseIn('write-both');
    const key = keyAfterwardsOn('n3', 'n4');
    await cluster.lose('n4');
    await cluster.lose('n3');
    // Two of three old owners are there, and one of three new ones.
    const refused = await cluster.failure(cluster.put('n1', key, 'v'));
    expect(refused.message).toMatch(
      /^unavailable: write needs 2 of 3 of the new owners, 1 is alive/,
    );
    expect(await cluster.get('n1', key, 'one')).toBe(written.get(key));
  });

  it('do not move data but by the plan: a paused one moves nothing', async () => {
    await cluster.join('n4');
    await cluster.order('n1', { action: 'commit' });
    await pauseIn('write-both');
    await cluster.scheduler.advance(5_000);
    expect(cluster.keysOn('n4')).toEqual([]);
  });
});
