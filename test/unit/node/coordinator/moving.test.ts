import { beforeEach, describe, expect, it } from 'vitest';
import type { ClusterMetadata } from '../../../../src/node/core/metadata/cluster-metadata.js';
import { assert } from '../../../../src/stdx/assert.js';
import { utf8Encode } from '../../../../src/stdx/bytes.js';
import { failed, get, put, read, text, version, written } from './requests.js';
import { TestCluster } from './test-cluster.js';
import type { TestNode } from './test-node.js';

let cluster: TestCluster;
/** Of the copies of the key n4 has one and leaves; two others keep theirs, and the last node gets one. */
let key: string;
let kept: readonly TestNode[];
let gainer: TestNode;
let leaver: TestNode;

beforeEach(async () => {
  cluster = await TestCluster.start({ nodes: 4 });
  leaver = cluster.node('n4');
  for (let i = 0; !cluster.ownersOf((key = `key-${i}`)).includes('n4'); i++) assert(i < 100, 'one');
  const owners = cluster.ownersOf(key);
  kept = cluster.nodes.filter((node) => node !== leaver && owners.includes(node.name));
  const [free] = cluster.nodes.filter(({ name }) => !owners.includes(name));
  assert(free !== undefined, 'three of four nodes have a copy');
  gainer = free;
});

/** All nodes apply a step of the plan by which n4 leaves. */
function move(to: Parameters<TestCluster['leaving']>[1]): ClusterMetadata {
  const state = cluster.leaving('n4', to);
  cluster.publish(state);
  return state;
}

/** The node does not reply any more. */
function silence(...nodes: readonly TestNode[]): void {
  for (const node of nodes) node.intercept = () => true;
}

async function copies(): Promise<readonly string[]> {
  const held: string[] = [];
  for (const { name } of cluster.nodes) {
    const copy = await cluster.copyOn(name, key);
    if (typeof copy === 'object') held.push(name);
  }
  return held;
}

function names(...nodes: readonly TestNode[]): readonly string[] {
  return nodes.map(({ name }) => name).sort();
}

/** Plants a copy under a version that is newer than all that was planted before. */
async function plant(value: string, ms: number, ...nodes: readonly TestNode[]): Promise<void> {
  for (const { name } of nodes) await cluster.plant(name, key, { version: version(ms), value });
}

describe('a write while its key moves', () => {
  it('goes to the old owners and to the new ones, in both steps, and to nobody else before and after', async () => {
    for (const [step, owners] of [
      ['prepare', names(...kept, leaver)],
      ['write-both', names(...kept, leaver, gainer)],
      ['read-new', names(...kept, leaver, gainer)],
      ['done', names(...kept, gainer)],
    ] as const) {
      const state = cluster.state;
      move(step);
      for (const node of cluster.nodes) node.served.length = 0;
      written(await cluster.run(gainer.name, put(key, step, { level: 'all' })));
      const asked = cluster.nodes.filter(({ served }) => served.length > 0);
      expect(names(...asked), step).toEqual(owners);
      cluster.publish(state);
    }
  });

  it('is not acknowledged by a quorum of the old owners that is none of the new ones', async () => {
    move('write-both');
    silence(gainer, kept[1]!);
    const error = failed(await cluster.run(leaver.name, put(key, 'v')));
    expect(error).toMatchObject({ code: 'KV_WRITE_TIMEOUT', outcome: 'unknown' });
    expect(error.message).toContain('quorum needs 2 of 3 of the new owners, 1 confirmed');
  });

  it('is not acknowledged by a quorum of the new owners that is none of the old ones', async () => {
    move('read-new');
    silence(leaver, kept[1]!);
    const error = failed(await cluster.run(gainer.name, put(key, 'v')));
    expect(error.message).toContain('quorum needs 2 of 3 of the old owners, 1 confirmed');
  });

  it('is acknowledged without the node that joins, and without the one that leaves', async () => {
    for (const away of [gainer, leaver]) {
      const state = cluster.state;
      move('write-both');
      silence(away);
      const { acks } = written(await cluster.run(kept[0]!.name, put(key, away.name)));
      expect(acks).toEqual(expect.arrayContaining([...names(...kept)]));
      away.intercept = undefined;
      cluster.publish(state);
    }
  });

  it('is refused before it is sent when too few of the new owners are alive', async () => {
    move('write-both');
    for (const away of [gainer, kept[1]!]) kept[0]!.believes.set(away.id, 'down');
    const error = failed(await cluster.run(kept[0]!.name, put(key, 'v')));
    expect(error.code).toBe('KV_UNAVAILABLE');
    expect(error.message).toContain('write needs 2 of 3 of the new owners, 1 is alive');
  });

  it('keeps a hint for a new owner that missed it', async () => {
    move('write-both');
    silence(gainer);
    written(await cluster.run(kept[0]!.name, put(key, 'v')));
    await cluster.scheduler.advance(10_000);
    expect(kept[0]!.hinted).toMatchObject([{ targets: [gainer.id] }]);
  });

  it('warns of no missing copies, though the sets are larger and smaller than the replication', async () => {
    move('write-both');
    expect(written(await cluster.run('n1', put(key, 'v'))).warnings).toEqual([]);
  });

  it('at level any is kept as a hint for those of a set of which nobody has it', async () => {
    move('write-both');
    silence(gainer, ...kept);
    const result = written(await cluster.run(leaver.name, put(key, 'v', { level: 'any' })));
    expect(result.acks).toEqual(['n4']);
    expect(result.warnings[0]).toMatch(
      /^no replica has it yet of the new owners: n4 keeps it as a hint for n., n., n.$/,
    );
  });

  it('that was planned before a step is planned again by it', async () => {
    const others = [...kept, gainer].map(({ name }) => name);
    cluster.publish(cluster.leaving('n4', 'write-both'), others);
    const pending = cluster.begin(leaver.name, put(key, 'v', { level: 'all' }));
    await cluster.scheduler.advance(20);
    cluster.publish(cluster.state, [leaver.name]);
    written(await cluster.scheduler.settle(pending, 1_000));
    expect(await copies()).toContain(gainer.name);
  });
});

describe('a read while its key moves', () => {
  it('asks those two who keep their copies, as long as they are there', async () => {
    await plant('v', 1, ...kept, leaver);
    move('write-both');
    // All are connected with all: who is not would be asked last.
    for (const { name } of cluster.nodes) await cluster.run(name, get(key, 'all'));
    await plant('w', 3, ...kept, leaver);
    for (const { name } of cluster.nodes) {
      for (const node of cluster.nodes) node.served.length = 0;
      expect(text(read(await cluster.run(name, get(key))).value)).toBe('w');
      const asked = cluster.nodes.filter(({ served }) => served.length > 0);
      expect(names(...asked)).toEqual(names(...kept));
    }
  });

  it('brings what only the old owners agree on to the new ones before it answers', async () => {
    await plant('old', 1, ...kept, leaver, gainer);
    // A write that nobody acknowledged, and that no repair has moved.
    await plant('new', 2, kept[0]!, leaver);
    move('write-both');
    silence(kept[1]!);
    expect(text(read(await cluster.run(leaver.name, get(key))).value)).toBe('new');
    kept[1]!.intercept = undefined;
    silence(kept[0]!);
    cluster.publish(cluster.stepped('read-new'));
    expect(text(read(await cluster.run(gainer.name, get(key))).value)).toBe('new');
  });

  it('does not answer what it cannot bring to them', async () => {
    await plant('new', 2, kept[0]!, leaver);
    move('write-both');
    silence(kept[1]!, gainer);
    const error = failed(await cluster.run(leaver.name, get(key)));
    expect(error.code).toBe('KV_READ_TIMEOUT');
    expect(error.message).toContain('of the new owners');
  });

  it('at level one finds what was not moved yet, whoever coordinates it, and brings it nowhere', async () => {
    await plant('v', 1, ...kept, leaver);
    move('write-both');
    for (const { name } of cluster.nodes)
      expect(text(read(await cluster.run(name, get(key, 'one'))).value)).toBe('v');
    expect(await copies()).not.toContain(gainer.name);
  });

  it('asks the new owners only, once it is their turn', async () => {
    await plant('v', 1, ...kept, gainer);
    move('read-new');
    for (const level of ['one', 'quorum', 'all'])
      expect(text(read(await cluster.run(leaver.name, get(key, level))).value)).toBe('v');
    expect(leaver.served).toEqual([]);
    expect(await copies()).not.toContain(leaver.name);
  });

  it('then writes back to a quorum of both', async () => {
    await plant('v', 1, gainer);
    move('read-new');
    silence(kept[1]!);
    expect(text(read(await cluster.run(gainer.name, get(key))).value)).toBe('v');
    expect(await copies()).toEqual(names(gainer, kept[0]!, leaver));
  });

  it('tells in its trace how many replicas it needs of the larger set', async () => {
    move('write-both');
    const { trace } = read(await cluster.run('n1', get(key, 'quorum', { trace: true })));
    expect(trace).toMatchObject({ needed: 2, replicas: 4 });
  });
});

describe('an inspection of the copies of a key that moves', () => {
  it('asks all that have or get one', async () => {
    move('write-both');
    const options = { namespace: 'default', remainingMs: 1_000 };
    const inspecting = leaver.coordinator.inspect(utf8Encode(key), options);
    const found = await cluster.scheduler.settle(inspecting, 5_000);
    expect([...found.values()].map(({ kind }) => kind)).toEqual(Array(4).fill('digest'));
  });
});
