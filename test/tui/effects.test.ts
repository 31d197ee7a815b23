import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { HintsDone } from '../../src/node/core/views/hint-views.js';
import { Deferred } from '../../src/stdx/deferred.js';
import { ENTER, LEAVE, open } from './open-dashboard.js';

describe('beside the view', () => {
  it('the owners of a key are looked up, and a failure is told', async () => {
    const { tty, source, see } = open({ initialView: 'ring' });
    await see('replica sets');
    tty.type('guser:1042\r');
    const screen = await see('quorum 2 of 3 reachable');
    expect(screen).toMatch(/ 1 n2 primary +up +present +1\.4 KiB/);
    expect(screen).toContain('0x6b3f90c2 41.9%');
    source.ownersError = new Error('KV_UNREACHABLE: no node answered');
    tty.type('gother\r');
    await see('KV_UNREACHABLE: no node answered');
    tty.type('\x1b');
    await tty.waitFor((text) => !text.includes('key other'), 'no key');
  });

  it('has every node that answers act on its hints, and tells what they did', async () => {
    const { tty, source, see } = open({ initialView: 'hints' });
    await see('kept for n4');
    tty.type('P');
    await see('kv hints pause n4  y do it');
    expect(source.acted).toEqual([]);
    const one = new Deferred<HintsDone>();
    source.answerHints = async ({ name }) =>
      name === 'n1' ? await one.promise : { node: name, hints: 10 };
    tty.type('y');
    await see('kv hints pause n4 ...');
    expect([...source.acted].sort()).toEqual(
      ['n1', 'n2', 'n3', 'n5', 'n6'].map((n) => `${n} pause n4`),
    );
    tty.type('Py');
    await see('not yet: kv hints pause n4 is still under way');
    expect(source.acted).toHaveLength(5);
    one.resolve({ node: 'n1', hints: 5 });
    await see('45 hints for n4 paused');
    source.answerHints = async ({ name }) => {
      if (name === 'n3') throw new Error('KV_UNREACHABLE: connection refused');
      return { node: name, hints: 1 };
    };
    tty.type('Py');
    await see('not on n3: KV_UNREACHABLE: connection refused; else 4 hints for n4 paused');
  });

  it('copies the selected row by OSC 52', async () => {
    const { tty, see } = open();
    await see('alerts');
    tty.type('jc');
    await see('copied n2');
    expect(tty.written()).toContain(`\x1b]52;c;${Buffer.from('n2').toString('base64')}\x07`);
  });

  it('suspends on ctrl-z: gives the terminal back, stops the group, and takes the terminal again', async () => {
    const { tty, see } = open();
    await see('alerts');
    const before = tty.written().length;
    const seen: unknown[] = [];
    const kill = vi.spyOn(process, 'kill').mockImplementation((pid, signal) => {
      seen.push(pid, signal, tty.isRaw(), tty.written().slice(before).endsWith(LEAVE));
      return true;
    });
    tty.type('\x1a');
    kill.mockRestore();
    expect(seen).toEqual([0, 'SIGTSTP', false, true]);
    expect(tty.isRaw()).toBe(true);
    expect(tty.written().slice(before)).toContain(ENTER);
    await see('alerts');
    expect(tty.isAlternate()).toBe(true);
  });

  it('draws everything again on ctrl-l', async () => {
    const { tty, see } = open();
    await see('alerts');
    const before = tty.written().length;
    tty.type('\x0c');
    expect(tty.written().slice(before)).toMatch(/^\x1b\[\?2026h\x1b\[2J/);
  });
});

describe('a snapshot', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kv-dashboard-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('is saved as facts and as text, and never over another', async () => {
    const { tty, see } = open({ folder });
    await see('alerts');
    tty.type('p\x13');
    await see(/saved kv-dashboard-\d{8}-\d{6}\.json and \.txt/);
    const [json = '', text = ''] = readdirSync(folder).sort();
    const saved: unknown = JSON.parse(readFileSync(join(folder, json), 'utf8'));
    expect(saved).toMatchObject({
      schemaVersion: 1,
      viewedFrom: 'n1',
      result: { view: 'overview' },
    });
    expect(readFileSync(join(folder, text), 'utf8')).toContain('ranges 640: 324 full');
    // Frozen, so that the second one has the same name.
    tty.type('\x13');
    await see('not saved: EEXIST');
  });
});
