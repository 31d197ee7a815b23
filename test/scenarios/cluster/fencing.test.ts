import { beforeEach, describe, expect, it } from 'vitest';
import { BootedCluster, text } from './booted-cluster.js';

let cluster: BootedCluster;

beforeEach(async () => {
  // Four nodes, three copies: removing one moves every range that it held.
  cluster = await BootedCluster.of(4, 5);
  await cluster.execute('n1', { kind: 'put', key: 'first', value: 'v' });
  await cluster.scheduler.advance(5_000);
  expect(cluster.view('n1').metadata.voters).toHaveLength(3);
});

/** One of the voters that stay, and the node that goes. */
function roles(): { readonly cutOff: string; readonly proposer: string; readonly gone: string } {
  const { voters, members } = cluster.view('n1').metadata;
  const nameOf = (id: string | undefined): string =>
    members.find((member) => member.nodeId === id)?.name ?? '';
  const gone = members.find((member) => !voters.includes(member.nodeId));
  return { cutOff: nameOf(voters[0]), proposer: nameOf(voters[1]), gone: gone?.name ?? '' };
}

/** Removes the node while another is cut off, for so long that no message about it is under way any more. */
async function removeUnheard(): Promise<void> {
  const { cutOff, proposer, gone } = roles();
  cluster.isolate(cutOff);
  await cluster.remove(proposer, gone);
  await cluster.scheduler.advance(500);
  expect(cluster.epoch(cutOff)).toBeLessThan(cluster.epoch(proposer));
}

describe('fencing, in a whole cluster', () => {
  it('a coordinator that missed a change of placement is refused, catches up, and writes to the owners of now', async () => {
    const { cutOff, proposer, gone } = roles();
    const key = cluster.keyWhere(cutOff, (replicas) => replicas.includes(gone));
    await removeUnheard();
    cluster.network.healAll();
    const put = await cluster.execute(cutOff, { kind: 'put', key, value: 'new' });
    expect(cluster.at(cutOff).metrics.value('kv_coordinator_replans_total')).toBe(1);
    expect(cluster.epoch(cutOff)).toBe(cluster.epoch(proposer));
    expect(cluster.replicas(cutOff, key)).not.toContain(gone);
    if (put.kind === 'written')
      expect(cluster.replicas(cutOff, key)).toEqual(expect.arrayContaining([...put.acks]));
    const got = await cluster.execute(proposer, { kind: 'get', key });
    expect(got.kind === 'read' ? text(got) : undefined).toBe('new');
  });

  it('a coordinator of yesterday that never hears of the change reads nothing and writes nothing', async () => {
    const { cutOff, proposer, gone } = roles();
    const key = cluster.keyWhere(cutOff, (replicas) => replicas.includes(gone));
    await cluster.execute(proposer, { kind: 'put', key, value: 'old', level: 'all' });
    await removeUnheard();
    for (const kind of ['put', 'get'] as const) {
      const failure = await cluster.failure(cluster.execute(cutOff, { kind, key, value: 'stale' }));
      expect(failure.code).toMatch(/^KV_(WRITE_TIMEOUT|READ_TIMEOUT|UNAVAILABLE)$/);
    }
    const got = await cluster.execute(proposer, { kind: 'get', key });
    expect(got.kind === 'read' ? text(got) : undefined).toBe('old');
  });

  it('a replica that missed a change of placement catches up before it acknowledges', async () => {
    const { cutOff, proposer } = roles();
    // As far as it knows it holds no copy of this key.
    const key = cluster.keyWhere(cutOff, (replicas) => !replicas.includes(cutOff));
    await removeUnheard();
    expect(cluster.replicas(proposer, key)).toContain(cutOff);

    cluster.network.healAll();
    const put = await cluster.execute(proposer, { kind: 'put', key, value: 'new', level: 'all' });
    expect(put.kind === 'written' ? put.acks : []).toContain(cutOff);
    expect(cluster.epoch(cutOff)).toBe(cluster.epoch(proposer));
    expect(cluster.at(proposer).metrics.value('kv_coordinator_replans_total')).toBe(0);
  });
});
