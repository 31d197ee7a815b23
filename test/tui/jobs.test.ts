import { describe, expect, it } from 'vitest';
import { frame } from '../../src/tui/frame.js';
import { plain } from '../../src/tui/line.js';
import { makeTheme } from '../../src/tui/theme.js';
import { fakeEvent, fakeTick, SIX_NODES, type FakeCluster } from './fake-cluster.js';
import { fakeRepair, fakeTopology, JOINS, LEAVES } from './fake-plan.js';
import { A_PLAN, atJobs, seasoned, STAGED, type Bench } from './states.js';

const theme = makeTheme({ color: false, ascii: true });
const lines = ({ state }: Bench): readonly string[] =>
  frame(state, theme).map((line) => plain(line).trimEnd());
const text = (bench: Bench): string => lines(bench).join('\n');
const lineOf = (bench: Bench, start: RegExp): string =>
  lines(bench).find((line) => start.test(line)) ?? '';
const last = (bench: Bench): string => lines(bench).at(-1) ?? '';
const rule = (bench: Bench): string => lines(bench).at(-2) ?? '';

/** The next tick, with another plan. */
const withPlan = (plan: FakeCluster['plan'], second = 33): ReturnType<typeof fakeTick> =>
  fakeTick({ ...SIX_NODES, second, events: [], ...(plan === undefined ? {} : { plan }) });

describe('the view of jobs', () => {
  it('is reached by its number, by a command and by tab', () => {
    const bench = atJobs([80, 24], A_PLAN, 'overview');
    bench.press('8');
    expect(bench.state.view).toBe('jobs');
    bench.press('1', ':', ...Array.from('jobs'), 'enter');
    expect(bench.state.view).toBe('jobs');
    bench.press('7', 'tab');
    expect(bench.state.view).toBe('jobs');
  });

  it('tells of a plan its state, step, progress, bytes, rate, driver, and what it changes', () => {
    const bench = atJobs([120, 24]);
    expect(lineOf(bench, /p-12 /)).toMatch(
      /^> {2}p-12 +running write-both +64% #+\.+ +410\/640 +161 GiB +1\d MiB\/s n1 +n6 joins$/,
    );
    expect(lineOf(bench, /of 640 ranges/)).toMatch(
      /^ 64% 410 of 640 ranges {3}161 GiB of 259 GiB moved {3}1\d MiB\/s {3}about 5\ds left$/,
    );
    expect(lineOf(bench, /driven by/)).toBe(
      ' writes go to the old owners and to the new ones, reads to the old ones   driven by n1',
    );
  });

  it('tells of a repair what it does, what it has done, and for how long', () => {
    const bench = atJobs([80, 24]);
    bench.press('j');
    expect(lineOf(bench, /r-7c1e +running/)).toMatch(
      /^> {2}r-7c1e running hash +62% #+\.+ +38 MiB +3\.0 MiB\/s n2 +every range$/,
    );
    const shown = text(bench);
    expect(shown).toContain(' now compares hashes: 0x6b210000 n1 n2 n3');
    expect(shown).toContain('375 same, 27 repaired, 0 failed; 316 partial (without n4)');
    expect(shown).toContain(' moved 2114 records, 38 MiB; removed 3 dead copies   3.0 MiB/s now');
    expect(shown).toMatch(/ driven by n2 {3}began [\d:]{8}, worked 1h27m/);
    expect(shown).toContain(' try: kv repair watch r-7c1e | kv repair cancel r-7c1e');
  });

  it('lists what runs before what has ended, and has nothing to stop of the latter', () => {
    const bench = atJobs([80, 24]);
    const ids = lines(bench).flatMap((line) => /^[> ][x! ] ([pr]-\w+) /.exec(line)?.[1] ?? []);
    expect(ids).toEqual(['p-12', 'r-7c1e', 'r-0b52']);
    bench.press('G', 'C');
    expect(last(bench)).toBe(' r-0b52 has ended (done)');
    expect(bench.press('y')).toEqual([]);
  });

  it('says what is in the way of a plan, and only marks it when there is a reason', () => {
    const bench = atJobs([80, 24]);
    expect(text(bench)).toContain('\n nothing is in its way\n');
    bench.tick(withPlan({ waitsFor: 'n6' }));
    expect(text(bench)).toContain('\n waits for n6\n');
    expect(lineOf(bench, /p-12 /)).toMatch(/^> {2}p-12/);
    bench.tick(withPlan({ waitsFor: 'n6: too few owners answer' }));
    expect(text(bench)).toContain('\n ! waits for n6: too few owners answer\n');
    expect(lineOf(bench, /p-12 /)).toMatch(/^>! p-12/);
    bench.tick(withPlan({ nodeWaitsFor: 'the disk of n6 is full' }));
    expect(text(bench)).toContain('\n ! waits for n6: the disk of n6 is full\n');
    bench.tick(withPlan({ driver: '' }));
    expect(text(bench)).toContain('nobody can drive it: no voter is up');
  });

  it('says why a repair does not come on, and what slows it down', () => {
    const bench = atJobs([80, 24]);
    const job = fakeRepair({ problem: 'n4 refused', slowedBy: 'n3 is busy', restarts: 1 });
    bench.do({ type: 'repairs', answers: [{ node: 'n2', jobs: [job], problem: '' }] });
    bench.press('j');
    expect(lineOf(bench, /r-7c1e +resumed/)).toMatch(/^>! /);
    expect(text(bench)).toContain('\n ! n4 refused\n');
    expect(text(bench)).toContain('\n ! slowed down to 8.0 MiB/s: n3 is busy\n');
    expect(text(bench)).toContain('\n resumed after a restart of n2\n');
  });

  it('keeps what a node said that does not answer any more, and says so', () => {
    const bench = atJobs([80, 24], SIX_NODES);
    bench.do({
      type: 'repairs',
      answers: [{ node: 'n2', jobs: undefined, problem: 'no answer' }],
    });
    expect(text(bench)).toContain('r-7c1e');
    expect(lineOf(bench, /repairs not known/)).toContain('repairs not known of n2 n4');
  });

  it('shows what each node has to do with the plan: now, after, and how far', () => {
    const bench = atJobs([80, 24]);
    expect(lineOf(bench, /^ \+ n6 /)).toMatch(
      /joining +0\.0% +49\.8% +49\.8% +259 GiB +410\/640 +161 GiB +1\d MiB\/s$/,
    );
    expect(lineOf(bench, /^ {3}n3 +up +99/)).toMatch(/99\.8% +50\.0% +- +-/);
    expect(lineOf(bench, /^ {3}n1 +up /)).toBe('');
  });

  it('shows what is staged with what would move and what speaks against it', () => {
    const bench = atJobs([80, 24], STAGED);
    expect(text(bench)).toContain(' 2 changes are staged');
    expect(text(bench)).toContain('-- staged: n6 waits to join, n5 waits to leave ---');
    expect(text(bench)).toContain('\n 640 of 768 ranges move, about 259 GiB\n ! n4 is not up\n');
    expect(lineOf(bench, /^ - n5 /)).toMatch(/50\.0% +0\.0%/);
    expect(text(bench)).toContain('kv cluster plan | kv cluster commit | kv cluster discard');
    bench.press('C');
    expect(last(bench)).toMatch(/^ not begun yet: kv cluster commit begins it/);
    expect(bench.press('y', 'z', 'y')).toEqual([]);
  });

  it('says that nothing runs, what can be begun, and what plans did before', () => {
    const bench = seasoned([80, 24], 'jobs', { nodes: 3, second: 0 });
    expect(text(bench)).toContain(' nothing runs\n\n no plan changes the ring, and nobody has');
    expect(text(bench)).toContain('kv node decommission NAME --dry-run');
    expect(text(bench)).not.toContain('before');
    const step = { kind: 'metadata', message: 'epoch 9: plan 7: the ring has changed' } as const;
    bench.do({
      type: 'events',
      events: [
        fakeEvent(1, 9, step),
        fakeEvent(1, 8, { ...step, node: 'n2' }),
        fakeEvent(2, 7, { kind: 'metadata', message: 'epoch 10: n3 is a voter' }),
      ],
    });
    expect(text(bench).match(/n\d +metadata .*/g)).toEqual([
      'n1   metadata  epoch 9: plan 7: the ring has changed',
    ]);
  });

  it('says what became of the plan before beside the repairs that have ended', () => {
    const bench = seasoned([80, 24], 'jobs', { nodes: 3, second: 0 });
    const job = fakeRepair({ state: 'done', step: '' });
    bench.do({ type: 'repairs', answers: [{ node: 'n2', jobs: [job], problem: '' }] });
    expect(lines(bench)[3]).toBe(' nothing runs');
    const message = 'epoch 9: plan 7: the ring has changed';
    bench.do({ type: 'events', events: [fakeEvent(1, 9, { kind: 'metadata', message })] });
    expect(lines(bench)[3]).toBe(' nothing runs   plan 7: the ring has changed');
  });

  it('filters by what it shows', () => {
    const bench = atJobs([80, 24]);
    bench.press('/', ...Array.from('every'), 'enter');
    expect(text(bench)).toContain('> ');
    expect(lineOf(bench, /^>/)).toContain('r-7c1e');
    expect(text(bench)).not.toMatch(/^.{3}p-12/m);
    bench.press('esc', '/', ...Array.from('nobody'), 'enter');
    expect(text(bench)).toContain('no job matches the filter');
  });

  it('leads to the node that drives a job', () => {
    const bench = atJobs([80, 24]);
    bench.press('j', 'enter');
    expect(bench.state).toMatchObject({ view: 'node', node: 'n2' });
    bench.press('esc');
    expect(bench.state.view).toBe('jobs');
    const staged = atJobs([80, 24], STAGED);
    staged.press('enter');
    expect(staged.state.view).toBe('jobs');
  });

  it('keeps its lines in their places while a plan goes on, waits, and is paused', () => {
    const bench = atJobs([80, 24]);
    const places = (): readonly number[] =>
      [/^ rate/, /NODE +STATE/, /try:/].map((what) =>
        lines(bench).findIndex((line) => what.test(line)),
      );
    const before = places();
    expect(before).not.toContain(-1);
    for (const plan of [{ waitsFor: 'n6: no room' }, { paused: true }, {}]) {
      bench.tick(withPlan(plan));
      expect(places()).toEqual(before);
    }
  });

  it('keeps its columns in their places when what runs alone is paused', () => {
    const bench = seasoned([80, 24], 'jobs', A_PLAN);
    const at = (): number => lineOf(bench, /JOB +STATE/).indexOf('STEP');
    const before = at();
    bench.tick(withPlan({ paused: true }));
    expect(at()).toBe(before);
  });

  it('is still while it is frozen', () => {
    const bench = atJobs([80, 24]);
    bench.press('p');
    const body = (): string => lines(bench).slice(1).join('\n');
    const before = body();
    bench.do({ type: 'repairs', answers: [{ node: 'n2', jobs: [], problem: '' }] });
    bench.tick(withPlan(undefined)).wait(1);
    expect(body()).toBe(before);
    bench.press('p');
    expect(body()).not.toContain('p-12');
  });
});

describe('what is done with jobs', () => {
  it('is asked first, with the command that does the same and what comes of it', () => {
    const bench = atJobs([80, 24]);
    expect(bench.press('z')).toEqual([]);
    expect(last(bench)).toBe(' kv job pause p-12  y do it  esc leave it');
    expect(rule(bench)).toContain('nothing is moved until it is resumed; reads and writes go on');
    expect(bench.press('j', 'enter')).toEqual([]);
    expect(bench.press('y')).toMatchObject([
      { type: 'act', act: { of: 'plan', action: 'pause', plan: 12 } },
    ]);
    expect(bench.press('C', 'esc', 'y', 'P', 'n', 'y')).toEqual([]);
    bench.tick(withPlan({ paused: true }));
    expect(text(bench)).toContain(' paused: kv job resume p-12');
    expect(bench.press('P', 'y')).toMatchObject([{ act: { action: 'resume', plan: 12 } }]);
    bench.tick(withPlan({ paused: true, pausedFor: 'n6' }));
    expect(text(bench)).toContain(' paused: n6 joins and is down; start it, or kv job cancel p-12');
  });

  it('cancels a plan, saying who has to be started anew, unless all data is moved', () => {
    const bench = atJobs([80, 24]);
    bench.press('C');
    expect(last(bench)).toBe(' kv job cancel p-12  y do it  esc leave it');
    expect(rule(bench)).toContain('n6 to be started anew, with an empty directory');
    expect(bench.press('y')).toMatchObject([{ act: { of: 'plan', action: 'cancel', plan: 12 } }]);
    bench.tick(withPlan({ step: 'read-new' }));
    expect(bench.press('C', 'y')).toEqual([]);
    expect(last(bench)).toBe(' all data is moved: p-12 ends within seconds');
    bench.tick(withPlan({ changes: [LEAVES] }));
    bench.press('C');
    expect(rule(bench)).toMatch(/^-- the ring stays as it was -+$/);
  });

  it('stops a repair on the node that drives it; a repair does not wait', () => {
    const bench = atJobs([80, 24]);
    expect(bench.press('j', 'z', 'y')).toEqual([]);
    expect(last(bench)).toBe(' a repair does not wait: C stops it');
    bench.press('C');
    expect(last(bench)).toBe(' kv repair cancel r-7c1e  y do it  esc leave it');
    expect(bench.press('y')).toMatchObject([
      { act: { of: 'repair', action: 'cancel', job: 'r-7c1e', node: 'n2' } },
    ]);
  });

  it('is nothing where nothing runs', () => {
    const bench = seasoned([80, 24], 'jobs', { nodes: 3, second: 0 });
    expect(bench.press('z', 'y', 'C', 'y', 'enter')).toEqual([]);
  });
});

describe('a ring that changes', () => {
  it('is told in one line by the header, the overview and the ring', () => {
    const bench = atJobs([80, 24], A_PLAN, 'overview');
    expect(lines(bench)[0]).toMatch(
      /^ orders-prod @n1 {2}DEGRADED {2}plan 64% +r 13\.0k {2}w 4\.5k /,
    );
    const line = ' plan p-12: n6 joins   write-both   64% of ranges';
    expect(lines(bench)).toContain(line);
    bench.press('2');
    expect(lines(bench)).toContain(line);
    bench.tick(withPlan({ waitsFor: 'n6: no room' }));
    expect(lines(bench)).toContain(`${line.replace('64', '64')}   waits for n6: no room`);
    bench.tick(withPlan({ paused: true, rangesDone: 410 }));
    expect(lines(bench)[0]).toContain('plan paused');
    expect(lines(bench)).toContain(`${line}   paused`);
    bench.tick(fakeTick({ ...STAGED, second: 34 }));
    expect(lines(bench)[0]).toContain('2 staged');
    expect(lines(bench)).toContain(' n6 waits to join, n5 waits to leave: kv cluster plan');
    bench.tick(withPlan(undefined));
    expect(text(bench)).not.toMatch(/plan|staged/);
    expect(lines(bench)[0]).toMatch(/r 1\d\.\dk\/s 3\.\dms/);
  });

  it('shows who joins and who leaves, and what each owns now and after', () => {
    const bench = atJobs([80, 24], { ...SIX_NODES, plan: { changes: [JOINS, LEAVES] } }, 'ring');
    expect(lineOf(bench, /NODE +STATE/)).toMatch(/PRIMARY +HOLDS +AFTER$/);
    expect(lineOf(bench, /^ \+ F n6 /)).toMatch(/joining, gets 49\.8% +0\.0% +0\.0% +49\.8%$/);
    expect(lineOf(bench, /^ - E n5 /)).toMatch(/ up .* 50\.4% +50\.0%$/);
    expect(lineOf(bench, /^ x D n4 /)).not.toBe('');
    bench.press('s', 's', 's', 's', 's', 's', 's');
    expect(bench.state.places.ring.sort).toBe('after');
  });

  it('marks also a dead node that is removed, or replaced, as one that leaves', () => {
    const removed = { ...JOINS, kind: 'remove', node: 'n4', text: 'n4 is removed' } as const;
    const bench = atJobs([80, 24], { ...SIX_NODES, staged: [removed] }, 'ring');
    expect(lineOf(bench, /^ - D n4 +down/)).not.toBe('');
    const replaced = { ...JOINS, kind: 'replace', replaces: 'n4', text: 'n6 replaces n4' } as const;
    bench.tick(fakeTick({ ...SIX_NODES, second: 33, staged: [replaced] }));
    expect(lineOf(bench, /^ - D n4 +down/)).not.toBe('');
    expect(lineOf(bench, /^ \+ F n6 /)).not.toBe('');
  });

  it('has a column for it as soon as it changes, and fills it when what moves is known', () => {
    const bench = seasoned([80, 24], 'ring', A_PLAN);
    expect(lineOf(bench, /NODE +STATE/)).toMatch(/AFTER$/);
    expect(lineOf(bench, /n1 +up/)).toMatch(/ 50\.9% +-$/);
    // Of another plan: it says nothing of this one.
    bench.do({ type: 'topology', topology: fakeTopology({ id: 3 }) });
    expect(lineOf(bench, /n1 +up/)).toMatch(/ 50\.9% +-$/);
    bench.do({ type: 'topology', topology: fakeTopology({}) });
    expect(lineOf(bench, /n1 +up/)).toMatch(/ 50\.9% +50\.0%$/);
    bench.tick(withPlan(undefined));
    expect(text(bench)).not.toContain('AFTER');
  });
});
