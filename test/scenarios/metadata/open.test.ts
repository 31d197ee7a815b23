import { describe, expect, it } from 'vitest';
import { failureOf, release } from './changes.js';
import { LogCluster } from './log-cluster.js';

describe('the first write', () => {
  it('opens the cluster once, whoever asks and however many at once', async () => {
    const cluster = await LogCluster.of(3);
    const before = cluster.epoch('n1');
    const opens = ['n1', 'n2', 'n3', 'n1', 'n2', 'n1'].map((name) =>
      cluster.node(name).service.open(2_000),
    );
    const views = await cluster.run(Promise.all(opens));
    for (const view of views) expect(view.metadata.opened).toBe(true);
    await cluster.settle();
    expect(cluster.epoch('n1')).toBe(before + 1);
  });

  it('costs nothing more once the cluster is open', async () => {
    const cluster = await LogCluster.of(3);
    await cluster.run(cluster.node('n1').service.open(2_000));
    const startMs = cluster.scheduler.nowMs();
    await cluster.run(cluster.node('n1').service.open(2_000));
    expect(cluster.scheduler.nowMs()).toBe(startMs);
  });

  it('has later joins wait for a plan, with tokens of their own and without a range', async () => {
    const cluster = await LogCluster.of(3);
    await cluster.run(cluster.node('n2').service.open(2_000));
    await cluster.join('n4', 'n1');
    const { members, staged, placementEpoch } = cluster.view('n1').metadata;
    const newcomer = members.find(({ name }) => name === 'n4');
    expect(newcomer).toMatchObject({ state: 'joining', tokens: [] });
    expect(staged).toMatchObject([{ kind: 'join', nodeId: newcomer?.nodeId }]);
    expect(placementEpoch).toBeLessThan(newcomer?.joinedEpoch ?? 0);
  });

  it('lets a node that is a member join again, which changes nothing', async () => {
    const cluster = await LogCluster.of(3);
    await cluster.run(cluster.node('n2').service.open(2_000));
    const epoch = cluster.epoch('n1');
    const {
      tokens: _tokens,
      state: _state,
      joinedEpoch: _joined,
      ...member
    } = cluster.view('n1').metadata.members[2]!;
    const link = cluster.node('n3').membership.linkTo(cluster.node('n1').nodeId);
    const reply = await cluster.run(
      link?.meta({ kind: 'join', member, vnodes: 4 }, 2_000) ??
        Promise.reject(new Error('no link')),
    );
    expect(reply).toMatchObject({ kind: 'joined', epoch });
    expect(cluster.epoch('n1')).toBe(epoch);
  });
});

describe('a majority of voters that is lost', () => {
  it('blocks changes, and names who is missing; it is found again without help', async () => {
    const cluster = await LogCluster.of(3);
    const ids = ['n2', 'n3'].map((name) => cluster.node(name).nodeId);
    cluster.kill('n2');
    await cluster.scheduler.advance(4_000);
    cluster.kill('n3');
    const { membership, service } = cluster.node('n1');
    await cluster.until(() => ids.every((id) => membership.stateOf(id) === 'down'));
    const failure = await failureOf(cluster.run(service.open(2_000)));
    expect(failure.code).toBe('KV_NO_VOTER_MAJORITY');
    expect(failure.outcome).toBe('not_applied');
    expect(failure.message.replaceAll(/down [\d.]+m?s/g, 'down T')).toBe(
      'a change of cluster metadata needs 2 of 3 voters: 1 of 3 voters answers (n1 answers, n2 down T, n3 down T)',
    );
    expect(service.current()?.metadata.opened).toBe(false);
    await cluster.restart('n3');
    await cluster.settle();
    await cluster.run(service.open(2_000));
    expect(cluster.view('n1').metadata.opened).toBe(true);
  });

  it('says so at once when the others are known to be down, and waits in vain for those that hang', async () => {
    const cluster = await LogCluster.of(3);
    const { membership, service } = cluster.node('n1');
    const ids = ['n2', 'n3'].map((name) => cluster.node(name).nodeId);
    cluster.node('n2').process.pause();
    cluster.node('n3').process.pause();
    let startMs = cluster.scheduler.nowMs();
    const hanging = await failureOf(cluster.run(service.open(2_000)));
    expect(hanging.message).toContain('n2 no answer, n3 no answer');
    expect(cluster.scheduler.nowMs() - startMs).toBeGreaterThanOrEqual(2_000);
    await cluster.until(() => ids.every((id) => membership.stateOf(id) === 'down'));
    startMs = cluster.scheduler.nowMs();
    await failureOf(cluster.run(service.open(2_000)));
    expect(cluster.scheduler.nowMs() - startMs).toBeLessThan(1_000);
  });

  it('leaves the outcome unknown when accepts were already sent, and who comes next completes the entry', async () => {
    const cluster = await LogCluster.of(3);
    const opening = cluster.node('n1').service.change(() => ({ kind: 'open' }), 1_000);
    // The promises have come back. Of the accepts only the one to n2 arrives, and its answer does not.
    await cluster.scheduler.advance(1.5);
    cluster.network.cut('n1', 'n3');
    cluster.network.cut('n2', 'n1');
    const failure = await failureOf(cluster.run(opening));
    expect(failure.code).toBe('KV_NO_VOTER_MAJORITY');
    expect(failure.outcome).toBe('unknown');
    const { service } = cluster.node('n2');
    expect(service.current()?.metadata.opened).toBe(false);
    const view = await cluster.run(service.change(release('0.2.0', 'n3'), 5_000));
    expect(view.metadata.opened).toBe(true);
    cluster.network.healAll();
    await cluster.settle();
    expect(cluster.view('n1').metadata.opened).toBe(true);
  });
});
