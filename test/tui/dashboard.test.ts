import { describe, expect, it } from 'vitest';
import { fakeEvent, fakeTick } from './fake-cluster.js';
import { ENTER, greeting, LEAVE, open } from './open-dashboard.js';
import { ScriptedSource } from './scripted-source.js';
import { MANY_NODES } from './states.js';

describe('the dashboard in a terminal', () => {
  it('takes the terminal, shows the cluster, and gives the terminal back on q', async () => {
    let quits = 0;
    const { tty, done, see } = open({ onQuit: () => (quits += 1) });
    await see('4 up, 1 down, 1 joining');
    expect(tty.isAlternate()).toBe(true);
    expect(tty.isRaw()).toBe(true);
    tty.type('q');
    await done;
    expect(quits).toBe(1);
    expect(tty.isRaw()).toBe(false);
    expect(tty.written().split(ENTER)).toHaveLength(2);
    expect(tty.written().endsWith(LEAVE)).toBe(true);
  });

  it('leaves no listener behind', async () => {
    const events = [
      'exit',
      'uncaughtExceptionMonitor',
      'warning',
      'SIGTERM',
      'SIGINT',
      'SIGHUP',
      'SIGCONT',
    ];
    const counts = (): readonly number[] => events.map((event) => process.listenerCount(event));
    const before = counts();
    const { tty, done, see } = open();
    await see('alerts');
    expect(counts()).not.toEqual(before);
    tty.type('\x03');
    await done;
    expect(counts()).toEqual(before);
    expect(tty.stdout.listenerCount('resize')).toBe(0);
  });

  it('closes from outside without calling onQuit', async () => {
    const closing = new AbortController();
    let quits = 0;
    const { tty, done, see } = open({ signal: closing.signal, onQuit: () => (quits += 1) });
    await see('alerts');
    closing.abort();
    await done;
    expect(quits).toBe(0);
    expect(tty.written().endsWith(LEAVE)).toBe(true);
  });

  it('gives the terminal back before it fails by a defect', async () => {
    const source = new ScriptedSource((node) => {
      const tick = greeting(node);
      // A view that no node sends: drawing it throws.
      return { ...tick, status: { ...tick.status, ranges: undefined as never } };
    });
    const { tty, done } = open({}, [80, 24], source);
    await expect(done).rejects.toThrow(TypeError);
    expect(tty.written()).toContain(LEAVE);
    expect(tty.isRaw()).toBe(false);
  });

  it('draws on the screen what the frame says, also after every key', async () => {
    const { tty, see } = open({ ascii: true, color: false });
    await see('alerts');
    for (const [key, seen] of [
      ['2', 'replica sets'],
      ['3', 'PHI suspect'],
      ['M', 'who sees whom'],
      ['4', 'how the others see'],
      ['7', 'kept for n4'],
      ['8', 'r-7c1e'],
      ['9', 'severity: all'],
      ['?', 'type a command'],
    ] as const) {
      tty.type(key);
      const screen = await see(seen);
      for (const line of screen.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    }
  });

  it('runs a pasted command and moves by escape sequences', async () => {
    const { tty, see } = open();
    await see('alerts');
    tty.type('\x1b[B\x1b[B');
    await see(/^> {2}n3 /m);
    tty.type(':node n5\r');
    await see('how the others see n5');
    tty.type('\x1b');
    await see('alerts');
  });

  it('filters while it is typed', async () => {
    const { tty, see } = open();
    await see('alerts');
    tty.type('/down');
    const screen = await see('filter down');
    expect(screen).toMatch(/^>x n4/m);
    expect(screen).not.toMatch(/^ . n5 /m);
    tty.type('\x7f\x7f\x7f\x7f\x7f');
    await see(/^ . n5 /m);
  });

  it('scrolls through 300 nodes', async () => {
    const { tty, see } = open({}, [80, 24], new ScriptedSource(() => fakeTick(MANY_NODES)));
    await see('1-10/300');
    tty.type('G');
    expect(await see('291-300/300')).toMatch(/^> {2}n300 /m);
  });
});

describe('sizes', () => {
  it('a terminal that is too small is told so, and it runs on', async () => {
    const { tty, see, done } = open({}, [20, 5]);
    expect(await see('have 20x5')).toBe('need 60x15\nhave 20x5\n\n\n');
    tty.resize(80, 24);
    await see('alerts');
    tty.resize(52, 12);
    await see('terminal too small: need 60x15, have 52x12');
    tty.resize(120, 40);
    await see('last 1 ticks');
    tty.type('q');
    await done;
  });

  it('fills the screen after each change of size, and the last row is the keys', async () => {
    const { tty, see } = open();
    await see('alerts');
    for (const [columns, rows] of [
      [100, 30],
      [60, 15],
      [120, 45],
      [80, 24],
    ] as const) {
      tty.resize(columns, rows);
      await tty.waitFor(() => {
        const lines = tty.screen();
        const [first = '', last = ''] = [lines[0], lines[rows - 1]];
        return first.includes('orders-prod') && last.endsWith('q quit');
      }, `the first and the last line in ${columns}x${rows}`);
    }
  });
});

describe('the viewed node', () => {
  it('is followed by another when it is lost, and the old data stays meanwhile', async () => {
    // n2 is asked next, and says nothing for the while that the test looks.
    const source = new ScriptedSource((node) => (node === 'n2' ? undefined : greeting(node)));
    const { see } = open({}, [80, 24], source);
    await see('@n1');
    source.break();
    const screen = await see(/! lost n1 \ds, trying n2 {3}data [\d.]+s old {3}connection reset/);
    expect(screen).toContain('n4   down 3m12s');
    source.send(greeting('n2'));
    await see('@n2');
    await see('viewing n2: n1 was lost');
    expect(source.asked).toEqual([undefined, 'n2']);
  });

  it('is searched among all nodes, those that are up first', async () => {
    const source = new ScriptedSource(greeting);
    for (const name of ['n2', 'n3', 'n5']) source.refusing.add(name);
    const { see } = open({}, [80, 24], source);
    await see('@n1');
    source.refusing.add('n1');
    source.break();
    await see('@n6');
    expect(source.asked).toEqual([undefined, 'n2', 'n3', 'n5', 'n6']);
  });

  it('is asked again and again when no node answers at first', async () => {
    const source = new ScriptedSource(greeting);
    source.refusing.add('n1');
    const { see } = open({}, [80, 24], source);
    const screen = await see(/no node reached for \ds {3}connection refused/);
    expect(screen).toContain('no node answers yet; asking again');
    source.refusing.clear();
    await see('@n1');
  });

  it('is changed by V', async () => {
    const { tty, source, see } = open({ initialView: 'gossip' });
    await see('view of n1');
    tty.type('jjV');
    await see('view of n3');
    expect(source.asked).toEqual([undefined, 'n3']);
  });

  it('is asked with the interval that + sets', async () => {
    const { tty, source, see } = open();
    await see('alerts');
    tty.type('+');
    await see('1.25s');
    await tty.waitFor(() => source.intervals.length === 2, 'a second stream');
    expect(source.intervals).toEqual([1000, 1250]);
  });

  it('tells what happened before it was asked', async () => {
    const source = new ScriptedSource(greeting);
    source.past = [fakeEvent(77, 9, { node: 'n5', message: 'long ago' })];
    const { see } = open({ initialView: 'events' }, [80, 24], source);
    await see('long ago');
  });
});
