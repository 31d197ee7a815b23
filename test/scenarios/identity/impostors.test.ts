import { describe, expect, it } from 'vitest';
import type { PeerLink } from '../../../src/node/env/transport.js';
import { failureOf } from '../metadata/changes.js';
import { LogCluster } from '../metadata/log-cluster.js';

const codes = (errors: readonly { readonly code: string }[]): readonly string[] => [
  ...new Set(errors.map((error) => error.code)),
];

async function probe(link: PeerLink | undefined): Promise<unknown> {
  return await link?.control({ kind: 'probe' }, 500);
}

describe('a copy of a data directory', () => {
  it('that runs beside the original is refused by the others, and so is the original', async () => {
    const cluster = await LogCluster.of(3);
    const original = cluster.node('n3');
    const image = original.disk.copy();
    cluster.kill('n3');
    const first = await cluster.restart('n3');
    await cluster.settle();
    // The copy counts the same boot, and draws another nonce.
    const copy = await cluster.restart('n3', { disk: image, port: 20_000 });
    expect(copy.boot.boot).toBe(first.boot.boot);
    await cluster.until(() => copy.refused.length > 2);
    expect(codes(copy.refused)).toEqual(['KV_CLONE']);
    const cloned = cluster.node('n1').events.filter((event) => event.includes('two processes run'));
    expect(cloned).toHaveLength(1);
    const link = first.membership.linkTo(cluster.node('n1').nodeId);
    const failure = await failureOf(cluster.run(probe(link)));
    expect(failure.code).toBe('KV_CLONE');
  });

  it('is no clone when it starts alone after the original: the next boot is judged afresh', async () => {
    const cluster = await LogCluster.of(3);
    const image = cluster.node('n3').disk.copy();
    cluster.kill('n3');
    const copy = await cluster.restart('n3', { disk: image });
    await cluster.settle();
    expect(copy.refused).toEqual([]);
    expect(copy.fatal).toEqual([]);
  });
});

describe('an old image of a disk', () => {
  it('is refused because its boot was seen before', async () => {
    const cluster = await LogCluster.of(3);
    const image = cluster.node('n3').disk.copy();
    for (let i = 0; i < 2; i++) {
      cluster.kill('n3');
      await cluster.restart('n3');
      await cluster.settle();
    }
    cluster.kill('n3');
    const old = await cluster.restart('n3', { disk: image });
    await cluster.until(() => old.refused.length > 0);
    expect(codes([...old.refused, ...old.fatal])).toEqual(['KV_ROLLED_BACK']);
    expect(old.refused[0]?.message).toMatch(/^n3 \([0-9a-f]{16}\) started from an old disk image/);
  });

  it('that was started often enough is refused because its sequence went back', async () => {
    const cluster = await LogCluster.of(3);
    cluster.kill('n3');
    await cluster.restart('n3', { sequence: 1_000 });
    await cluster.settle();
    cluster.kill('n3');
    const old = await cluster.restart('n3', { sequence: 400 });
    await cluster.until(() => old.refused.length > 0);
    expect(codes(old.refused)).toEqual(['KV_ROLLED_BACK']);
  });
});

describe('an identity that is no member', () => {
  it('is told so when it was removed, at once when it runs and at its next start', async () => {
    const cluster = await LogCluster.of(4);
    const { nodeId, fatal } = cluster.node('n4');
    await cluster.run(
      cluster
        .node('n1')
        .service.change(
          ({ metadata }) =>
            metadata.members.some((m) => m.nodeId === nodeId && m.state === 'removed')
              ? undefined
              : { kind: 'remove', nodeId },
          5_000,
        ),
    );
    await cluster.until(() => fatal.length > 0);
    expect(codes(fatal)).toEqual(['KV_IDENTITY_REMOVED']);
    cluster.kill('n4');
    const failure = await failureOf(cluster.restart('n4'));
    expect(failure.code).toBe('KV_IDENTITY_REMOVED');
  });

  it('is refused when it was removed while it was away', async () => {
    const cluster = await LogCluster.of(4);
    const { nodeId } = cluster.node('n4');
    cluster.kill('n4');
    await cluster.run(
      cluster
        .node('n1')
        .service.change(
          ({ metadata }) =>
            metadata.members.some((m) => m.nodeId === nodeId && m.state === 'removed')
              ? undefined
              : { kind: 'remove', nodeId },
          5_000,
        ),
    );
    const late = await cluster.restart('n4');
    await cluster.until(() => late.refused.length > 0 || late.fatal.length > 0);
    expect(codes([...late.refused, ...late.fatal])).toEqual(['KV_IDENTITY_REMOVED']);
    await cluster.scheduler.advance(5_000);
    expect(cluster.node('n1').membership.linkTo(nodeId)).toBeUndefined();
  });

  it('of another cluster is refused, with the ids of both', async () => {
    const cluster = await LogCluster.of(2);
    const id = cluster.node('n2').nodeId;
    cluster.kill('n2');
    // Another cluster begins at the address of n2.
    await cluster.init('m2');
    const { clusterId } = cluster.view('m2').metadata;
    const link = cluster.node('n1').membership.linkTo(id);
    await cluster.until(() => link?.state() === 'broken');
    await cluster.scheduler.advance(3_000);
    const failure = await failureOf(cluster.run(probe(link)));
    expect(failure.code).toBe('KV_CLUSTER_MISMATCH');
    expect(failure.message).toContain(clusterId);
    expect(failure.message).toContain(cluster.view('n1').metadata.clusterId);
  });

  it('may not vote, learn or gossip while it only asks to join', async () => {
    const cluster = await LogCluster.of(2);
    const { service } = cluster.node('n1');
    const member = cluster.node('n2').membership.linkTo(cluster.node('n1').nodeId)?.remote();
    if (member === undefined) throw new Error('n1 and n2 have met');
    const from = { ...member, clusterId: '', nodeId: '9'.repeat(16), name: 'n9' };
    const prepare = {
      kind: 'prepare',
      epoch: 9,
      ballot: { round: 1, nodeId: from.nodeId },
    } as const;
    const failure = await failureOf(cluster.run(service.handleMeta(from, prepare, 500)));
    expect(failure.code).toBe('KV_CLUSTER_MISMATCH');
    const pulled = await cluster.run(service.handleMeta(from, { kind: 'pull', after: 0 }, 500));
    expect(pulled).toMatchObject({ kind: 'log' });
  });
});
