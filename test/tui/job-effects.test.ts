import { describe, expect, it } from 'vitest';
import type { TopologyView } from '../../src/node/core/views/topology-views.js';
import { Deferred } from '../../src/stdx/deferred.js';
import { fakeTick, SIX_NODES } from './fake-cluster.js';
import { fakeRepair, fakeTopology } from './fake-plan.js';
import { open } from './open-dashboard.js';
import { ScriptedSource } from './scripted-source.js';
import { A_PLAN } from './states.js';

const planned = (viewedFrom: string): ReturnType<typeof fakeTick> =>
  fakeTick({ ...A_PLAN, viewedFrom });

const changing = (): ScriptedSource => new ScriptedSource(planned);

describe('what is asked for beside the ticks', () => {
  it('is asked while it is looked at, of every node that answers, and never elsewhere', async () => {
    const { tty, source, see } = open({}, [80, 24], changing());
    await see('plan p-12: n6 joins');
    expect(source.jobsAsked).toEqual([]);
    tty.type('8');
    await see('r-7c1e');
    await see('+ n6   joining');
    expect([...source.jobsAsked].sort()).toEqual([
      'n1 repairs',
      'n1 topology',
      'n2 repairs',
      'n3 repairs',
      'n5 repairs',
      'n6 repairs',
    ]);
    // On that very stream, without waiting for a tick.
    expect(source.asked).toHaveLength(1);
    // Asked a moment ago: no tick and no key makes it ask again.
    source.send(planned('n1'));
    tty.type('jk');
    expect(source.jobsAsked).toHaveLength(6);
  });

  it('is only what moves in the view of the ring, and nothing when nothing changes it', async () => {
    const { tty, source, see } = open({ initialView: 'ring' }, [80, 24], changing());
    await see('joining, gets 49.8%');
    expect(source.jobsAsked).toEqual(['n1 topology']);
    source.send(fakeTick({ ...SIX_NODES, second: 1 }));
    await tty.waitFor((screen) => !screen.includes('AFTER'), 'a ring that stays');
    source.send(fakeTick({ ...SIX_NODES, second: 2 }));
    tty.type('jk');
    expect(source.jobsAsked).toEqual(['n1 topology']);
  });

  it('is asked at once when another plan runs, and its failure is told once', async () => {
    const source = changing();
    source.topologyAnswer = () => Promise.reject(new Error('KV_UNREACHABLE: no answer'));
    const { see } = open({ initialView: 'ring' }, [80, 24], source);
    await see('what moves is not known: KV_UNREACHABLE: no answer');
    source.topologyAnswer = async () => fakeTopology({ id: 20 });
    source.send(fakeTick({ ...SIX_NODES, second: 1, plan: { id: 20 } }));
    await see('joining, gets 49.8%');
    expect(source.jobsAsked).toEqual(['n1 topology', 'n1 topology']);
  });

  it('is not asked twice at a time, and not while the display stands still', async () => {
    const source = changing();
    const late = new Deferred<TopologyView>();
    source.topologyAnswer = () => late.promise;
    const { tty, see } = open({ initialView: 'ring' }, [80, 24], source);
    await see('plan p-12');
    source.send(fakeTick({ ...SIX_NODES, second: 1, plan: { step: 'read-new' } }));
    await see('read-new');
    expect(source.jobsAsked).toEqual(['n1 topology']);
    tty.type('p');
    await see('frozen');
    late.resolve(fakeTopology({}));
    source.send(planned('n1'));
    tty.type('8');
    await see('a plan changes the ring');
    expect(source.jobsAsked).toEqual(['n1 topology']);
    tty.type('p');
    await see('r-7c1e');
  });

  it('takes turns among the nodes of a large cluster', async () => {
    const source = new ScriptedSource((viewedFrom) =>
      fakeTick({ nodes: 40, second: 0, viewedFrom }),
    );
    const { see } = open({ initialView: 'jobs' }, [80, 24], source);
    await see('r-7c1e');
    expect(source.jobsAsked).toHaveLength(12);
  });
});

describe('what is done about a plan', () => {
  it('is asked of the viewed node once it is agreed to, and then looked at anew', async () => {
    const { tty, source, see } = open({ initialView: 'jobs' }, [80, 24], changing());
    await see('+ n6   joining');
    tty.type('z');
    await see('kv job pause p-12  y do it');
    await see('nothing is moved until it is resumed');
    const before = source.jobsAsked.length;
    tty.type('y');
    await see('p-12 waits: nothing is moved until z lets it go on');
    expect(source.jobsAsked[before]).toBe('n1 pause 12');
    await tty.waitFor(() => source.jobsAsked.slice(before).includes('n1 topology'), 'a new look');
    // Not because a while has passed: there was but one new stream.
    expect(source.asked).toHaveLength(2);
    tty.type('Cy');
    await see('p-12 is cancelled: the ring is as it was before');
    expect(source.jobsAsked).toContain('n1 cancel 12');
  });

  it('tells why it was refused', async () => {
    const source = changing();
    const { tty, see } = open({ initialView: 'jobs' }, [80, 24], source);
    await see('+ n6   joining');
    source.topologyAnswer = () => Promise.reject(new Error('KV_PLAN_REFUSED: it has ended'));
    tty.type('zy');
    await see('KV_PLAN_REFUSED: it has ended');
  });
});

describe('what is done about a repair', () => {
  it('is asked of the node that drives it, and how it has ended is told', async () => {
    const { tty, source, see } = open({ initialView: 'jobs' }, [80, 24], changing());
    await see('r-7c1e');
    tty.type('jCy');
    await see('r-7c1e is cancelled: what it has done stays so');
    expect(source.jobsAsked).toContain('n2 cancel r-7c1e');
    source.cancelAnswer = async () => fakeRepair({ state: 'done' });
    tty.type('Cy');
    await see('r-7c1e has ended already (done)');
    source.cancelAnswer = async () => undefined;
    tty.type('Cy');
    await see('n2 knows nothing of r-7c1e any more');
  });
});
