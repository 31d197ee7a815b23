import { beforeEach, describe, expect, it } from 'vitest';
import { ChangingCluster, KEYS, MOVE_MS } from './changing-cluster.js';

let cluster: ChangingCluster;

beforeEach(async () => {
  cluster = await ChangingCluster.of(3, 5);
});

async function expectAll(name: string, level = 'all'): Promise<void> {
  for (const key of KEYS) expect(await cluster.get(name, key, level)).toBe(`v ${key}`);
}

describe('a node that joins a cluster with data', () => {
  it('is staged, and owns its ranges with all that is in them when the plan is done', async () => {
    await cluster.join('n4');
    expect(cluster.members('n2')).toContain('n4 joining');
    const { plan, preview } = await cluster.order('n2', { action: 'commit' });
    expect(plan?.changes.map((one) => one.text)).toEqual(['n4 joins']);
    expect(preview?.nodes.find(({ node }) => node === 'n4')?.holdsAfter).toBeCloseTo(0.75, 1);
    await cluster.planEnds();
    expect(cluster.members('n1')).toEqual(['n1 normal', 'n2 normal', 'n3 normal', 'n4 normal']);
    expect(cluster.keysOn('n4').length).toBeGreaterThan(20);
    await expectAll('n4');
  });

  it('leaves nothing on those that do not own it any more', async () => {
    await cluster.join('n4');
    await cluster.order('n1', { action: 'commit' });
    await cluster.planEnds();
    await cluster.until(() => cluster.isInPlace(), MOVE_MS);
    expect(cluster.keysOn('n1').length).toBeLessThan(KEYS.length);
  });

  it('is as before when the plan is given up, and its identity is gone', async () => {
    await cluster.join('n4');
    await cluster.order('n1', { action: 'commit' });
    await cluster.stepped('n1', 'write-both');
    const { plan } = cluster.view('n1').metadata;
    await cluster.order('n1', { action: 'cancel', plan: plan?.id ?? 0 });
    await cluster.until(() => cluster.find('n4') === undefined, MOVE_MS);
    expect(cluster.members('n1')).toEqual(['n1 normal', 'n2 normal', 'n3 normal', 'n4 removed']);
    await expectAll('n1');
  });

  it('ends when its joining is taken back, and may ask anew', async () => {
    await cluster.join('n4');
    const run = cluster.at('n4');
    await cluster.order('n1', { action: 'discard', node: 'n4' });
    await cluster.until(() => run.ended() !== undefined);
    expect(cluster.reasonOf(run).code).toBe('KV_JOIN_REFUSED');
    await cluster.join('n4');
    expect(cluster.members('n1')).toContain('n4 joining');
  });
});

it('what was staged after a plan was shown is not begun with it', async () => {
  await cluster.join('n4');
  await cluster.join('n5');
  const commit = { action: 'commit' } as const;
  expect(await cluster.refusal('n1', commit, { expected: ['n4 joins'] })).toBe(
    'the plan is another one by now: n5 joins was staged',
  );
  await cluster.order('n1', { action: 'discard', node: 'n5' });
  expect(await cluster.refusal('n2', commit, { expected: ['n4 joins', 'n5 joins'] })).toBe(
    'the plan is another one by now: n5 joins was taken back',
  );
  const { plan } = await cluster.order('n2', commit, { expected: ['n4 joins'] });
  expect(plan?.changes.map(({ text }) => text)).toEqual(['n4 joins']);
});

describe('a node that leaves', () => {
  it('hands all over before it goes', async () => {
    await cluster.join('n4');
    await cluster.order('n1', { action: 'commit' });
    await cluster.planEnds();
    await cluster.order('n1', { action: 'leave', node: 'n2' }, { commit: true });
    await cluster.planEnds();
    expect(cluster.members('n1')).toEqual(['n1 normal', 'n2 removed', 'n3 normal', 'n4 normal']);
    await expectAll('n1');
  });

  it('may do so beside one that joins, in one plan', async () => {
    await cluster.join('n4');
    await cluster.join('n5');
    await cluster.order('n1', { action: 'leave', node: 'n2' });
    await cluster.order('n3', { action: 'commit' });
    await cluster.planEnds();
    expect(cluster.members('n4')).toEqual([
      'n1 normal',
      'n2 removed',
      'n3 normal',
      'n4 normal',
      'n5 normal',
    ]);
    await expectAll('n5');
    await cluster.until(() => cluster.isInPlace(), MOVE_MS);
  });

  it('is refused when it would take a copy with it, unless that is said to be meant', async () => {
    expect(await cluster.refusal('n1', { action: 'leave', node: 'n2' }, { commit: true })).toBe(
      'the plan was not begun: default would have 2 copies, not 3',
    );
    await cluster.order('n1', { action: 'leave', node: 'n2' }, { commit: true, checks: 'enabled' });
    await cluster.planEnds();
    await expectAll('n1');
  });
});

describe('a node that is dead', () => {
  it('is removed, and its copies are made anew from those that live', async () => {
    await cluster.join('n4');
    await cluster.order('n1', { action: 'commit' });
    await cluster.planEnds();
    await cluster.lose('n2');
    await cluster.order('n1', { action: 'remove', node: 'n2' }, { commit: true });
    await cluster.planEnds();
    expect(cluster.members('n1')).toEqual(['n1 normal', 'n2 removed', 'n3 normal', 'n4 normal']);
    await expectAll('n1');
  });

  it('is removed though it was to leave, or forgotten though it was to be removed', async () => {
    await cluster.join('n4');
    await cluster.order('n1', { action: 'commit' });
    await cluster.planEnds();
    await cluster.order('n1', { action: 'leave', node: 'n2' });
    await cluster.lose('n2');
    const { staged } = await cluster.order('n3', { action: 'remove', node: 'n2' });
    expect(staged.map(({ text }) => text)).toEqual(['n2 is removed']);
    expect(await cluster.refusal('n3', { action: 'leave', node: 'n2' })).toBe(
      'n2 leaves, or is replaced, already',
    );
    const forgotten = await cluster.order('n3', { action: 'forget', node: 'n2' });
    expect(forgotten.staged.map(({ text }) => text)).toEqual(['n2 is forgotten']);
    await cluster.order('n1', { action: 'commit' });
    await cluster.planEnds();
    await expectAll('n3');
  });

  it('is not removed while it is alive', async () => {
    expect(await cluster.refusal('n1', { action: 'remove', node: 'n2' }, { commit: true })).toMatch(
      /^the plan was not begun: n2 is alive, as /,
    );
  });

  it('is replaced by one that takes its tokens, and only its ranges', async () => {
    await cluster.lose('n2');
    const dead = cluster.view('n1').metadata.members.find(({ name }) => name === 'n2');
    await cluster.join('n4');
    await cluster.order('n1', { action: 'replace', node: 'n2', by: 'n4' }, { commit: false });
    await cluster.order('n1', { action: 'commit' });
    await cluster.planEnds();
    expect(cluster.members('n3')).toEqual(['n1 normal', 'n2 removed', 'n3 normal', 'n4 normal']);
    const { members } = cluster.view('n3').metadata;
    expect(members.find(({ name }) => name === 'n4')?.tokens).toEqual(dead?.tokens);
    expect(dead?.tokens).not.toEqual([]);
    await expectAll('n4');
  });

  it('is refused when it comes back after that, and told why', async () => {
    await cluster.lose('n2');
    await cluster.order(
      'n1',
      { action: 'remove', node: 'n2' },
      { commit: true, checks: 'enabled' },
    );
    await cluster.planEnds();
    expect((await cluster.startRefused('n2')).code).toBe('KV_IDENTITY_REMOVED');
  });

  it('is not told that it has handed all over when it comes back while it is replaced', async () => {
    await cluster.lose('n2');
    await cluster.join('n4');
    await cluster.order('n1', { action: 'replace', node: 'n2', by: 'n4' });
    await cluster.order('n1', { action: 'commit' });
    const dead = await cluster.run(cluster.start('n2'));
    await cluster.until(() => dead.ended() !== undefined, MOVE_MS);
    expect(cluster.reasonOf(dead).code).toBe('KV_IDENTITY_REMOVED');
    expect(cluster.reasonOf(dead).message).not.toContain('all of its data is on the others');
  });

  it('does not hand anything over', async () => {
    await cluster.lose('n2');
    const how = { commit: true, checks: 'skip' } as const;
    expect(await cluster.refusal('n1', { action: 'leave', node: 'n2' }, how)).toBe(
      'the plan was not begun: n2 is down and hands nothing over: remove it (kv node remove n2), or start it first',
    );
  });
});

describe('dead nodes that leave some ranges with one owner', () => {
  const lost = ['n2', 'n3'];

  beforeEach(async () => {
    cluster = await ChangingCluster.of(5);
    for (const name of lost) await cluster.lose(name);
  });

  it('are not removed, for nothing says that this one has all', async () => {
    for (const node of lost) await cluster.order('n1', { action: 'remove', node });
    expect(await cluster.refusal('n1', { action: 'commit' })).toMatch(
      /^the plan was not begun: \d+ of \d+ ranges that move lack owners that are up$/,
    );
  });

  it('are forgotten, and what is left is whole again', async () => {
    for (const node of lost) await cluster.order('n1', { action: 'forget', node });
    const { preview, plan } = await cluster.order('n4', { action: 'commit' });
    expect(plan?.changes.map(({ text }) => text)).toEqual(['n2 is forgotten', 'n3 is forgotten']);
    expect(preview?.nodes).toHaveLength(5);
    await cluster.planEnds();
    expect(cluster.members('n5').filter((one) => one.endsWith('removed'))).toHaveLength(2);
    await expectAll('n1');
    await cluster.put('n1', 'after', 'v');
    expect(await cluster.get('n5', 'after', 'all')).toBe('v');
  });

  it('are told of as lost before that', async () => {
    for (const node of lost) await cluster.order('n1', { action: 'forget', node });
    const { preview } = await cluster.order('n4', { action: 'commit' }, { dryRun: true });
    const quorum = preview?.checks.find(({ name }) => name === 'quorum');
    expect(quorum?.message).toMatch(
      /^\d+ of \d+ ranges that move have too few owners left: what only those had that are forgotten is lost$/,
    );
  });

  it('are not forgotten while they are alive', async () => {
    expect(await cluster.refusal('n1', { action: 'forget', node: 'n4' }, { commit: true })).toMatch(
      /^the plan was not begun: n4 is alive, as /,
    );
  });
});

describe('vnodes', () => {
  beforeEach(async () => {
    cluster = await ChangingCluster.of(5);
  });

  const tokensOf = (name: string): readonly number[] =>
    cluster.view('n1').metadata.members.find((member) => member.name === name)?.tokens ?? [];

  it('are handed on by a plan, with all that is in their ranges', async () => {
    const moves = tokensOf('n1')
      .slice(0, 4)
      .map((token) => ({ token, to: 'n2' }));
    const { plan, preview } = await cluster.order(
      'n3',
      { action: 'rebalance', moves },
      { commit: true },
    );
    expect(plan?.changes.map(({ text }) => text)).toEqual(['4 vnodes change hands']);
    expect(preview?.movingRanges).toBeGreaterThan(0);
    await cluster.planEnds();
    for (const { token } of moves) {
      expect(tokensOf('n1')).not.toContain(token);
      expect(tokensOf('n2')).toContain(token);
    }
    await expectAll('n4');
    await cluster.until(() => cluster.isInPlace(), MOVE_MS);
  });

  it('are not handed on by what was chosen for another ring, nor until a node has none', async () => {
    const [token = 0] = tokensOf('n1');
    const moved = (...moves: readonly { readonly token: number; readonly to: string }[]) =>
      cluster.refusal('n3', { action: 'rebalance', moves }, { dryRun: true });
    const changed = 'the ring has changed since these vnodes were chosen';
    expect(await moved({ token, to: 'n1' })).toBe(changed);
    expect(await moved({ token: token + 4096, to: 'n2' })).toBe(changed);
    expect(await moved(...tokensOf('n1').map((one) => ({ token: one, to: 'n2' })))).toBe(
      'n1 would own nothing: let it leave instead',
    );
  });
});

describe('the copies of a namespace', () => {
  it('are not put where there is no node, nor are they few without a word', async () => {
    const about = { action: 'replicate', namespace: 'default' } as const;
    const nowhere = { ...about, replication: { dc9: 3 } };
    expect(await cluster.refusal('n1', nowhere, { dryRun: true })).toBe(
      'the replication of default names the data centre dc9: there is dc1',
    );
    const none = { ...about, replication: { dc1: 0 } };
    expect(await cluster.refusal('n1', none)).toContain('asks for 0 copies in dc1');
    const fewer = { ...about, replication: { dc1: 1 } };
    const { preview } = await cluster.order('n1', fewer, { commit: true, dryRun: true });
    expect(preview?.checks).toContainEqual({
      name: 'copies',
      passed: true,
      message: 'default will have 1 copy, not 3, as is asked',
    });
  });

  it('become fewer by a plan, and more again', async () => {
    const fewer = { action: 'replicate', namespace: 'default', replication: { dc1: 2 } } as const;
    await cluster.order('n1', fewer, { commit: true });
    await cluster.planEnds();
    await expectAll('n1');
    await cluster.until(() => cluster.isInPlace(), MOVE_MS);
    expect(KEYS.every((key) => cluster.replicas('n1', key).length === 2)).toBe(true);
    const more = { ...fewer, replication: { dc1: 3 } };
    await cluster.order('n2', more, { commit: true });
    await cluster.planEnds();
    await expectAll('n3');
    expect(KEYS.every((key) => cluster.replicas('n1', key).length === 3)).toBe(true);
  });
});
