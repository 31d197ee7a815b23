import { beforeEach, describe, expect, it } from 'vitest';
import { SHARD_FOLDER } from '../../../../src/node/store/store.js';
import { MemoryDisk } from '../../../../src/sim/memory-disk.js';
import { StoreUnderTest, turn } from './store-harness.js';

let under: StoreUnderTest;

beforeEach(async () => {
  under = await StoreUnderTest.open();
});

const written = { kind: 'written' };

describe('durability', () => {
  it('nothing is acknowledged or shown before it is synced, and a crash then loses it', async () => {
    under.gate.shut('sync');
    let acknowledged = false;
    void under.apply({ ms: 5 }).then(() => (acknowledged = true));
    await turn();
    expect(acknowledged).toBe(false);
    expect(await under.textOf()).toBe('(missing)');
    under.disk.crash();
    await under.gate.open();
    await under.reopen();
    expect(acknowledged).toBe(false);
    expect(await under.textOf()).toBe('(missing)');
  });

  it('a batch that reached the disk before the crash is there, though nobody was told', async () => {
    under.gate.shut('sync');
    void under.apply({ ms: 5 });
    await turn();
    under.disk.crash('kept');
    await under.gate.open();
    await under.reopen();
    expect(await under.textOf()).toBe('v5');
  });

  it('what was acknowledged is there after every crash', async () => {
    for (let ms = 1; ms <= 20; ms++) {
      expect(await under.apply({ ms })).toEqual(written);
      await under.crash();
      expect(await under.textOf()).toBe(`v${ms}`);
    }
  });

  it('the number of the last durable batch rises by one per batch, over restarts', async () => {
    const start = under.store.sequence();
    for (let i = 1; i <= 5; i++) {
      await under.apply({ ms: i });
      expect(under.store.sequence()).toBe(start + i);
    }
    await under.crash();
    expect(under.store.sequence()).toBe(start + 5);
  });

  it('the writer id is drawn once, and another shard has another one', async () => {
    const id = under.store.writerId();
    expect((await under.crash()).writerId()).toEqual(id);
    // The chance of the next run differs, so a new shard shows that the id was read and not drawn again.
    under.disk = new MemoryDisk();
    expect((await under.reopen()).writerId()).not.toEqual(id);
  });
});

describe('failures', () => {
  it.each(['write', 'sync'] as const)(
    'after a failed %s nothing is acknowledged, the node is told once, and reads go on',
    async (how) => {
      await under.apply({ ms: 5 });
      under.disk.failWrites(SHARD_FOLDER, how);
      under.gate.shut('sync');
      const underWay = under.apply({ ms: 6 });
      await turn();
      const waiting = [under.apply({ ms: 7 }), under.apply({ key: 'other', ms: 1 })];
      const ceiling = under.store.reserveCeiling(1);
      const refused = expect(ceiling).rejects.toMatchObject({ code: 'KV_STORE_FAILED' });
      await under.gate.open();
      const failed = (outcome: string): object => ({
        kind: 'failed',
        error: { code: 'KV_STORE_FAILED', outcome },
      });
      expect(await underWay).toMatchObject(failed('unknown'));
      for (const each of waiting) expect(await each).toMatchObject(failed('not_applied'));
      expect(await under.apply({ ms: 8 })).toMatchObject(failed('not_applied'));
      await refused;
      expect(under.failures.map((error) => error.code)).toEqual(['KV_STORE_FAILED']);
      expect(await under.textOf()).toBe('v5');
      await under.store.close();
      await under.reopen();
      expect(await under.textOf()).toBe(how === 'sync' ? 'v6' : 'v5');
      expect(await under.apply({ ms: 9 })).toEqual(written);
    },
  );

  it('beyond the bound of waiting bytes the answer is overloaded, at once', async () => {
    under.gate.shut('read');
    const value = new Uint8Array(1024 * 1024);
    const kinds: string[] = [];
    const all = Array.from({ length: 40 }, (_, i) =>
      under.apply({ key: `k${i}`, ms: 1, value }).then(({ kind }) => kinds.push(kind)),
    );
    await turn();
    expect(kinds.length).toBeGreaterThan(5);
    expect(new Set(kinds)).toEqual(new Set(['overloaded']));
    expect(under.metrics.value('kv_store_queue_bytes')).toBeLessThan(34 * 1024 * 1024);
    await under.gate.open();
    await Promise.all(all);
    expect(kinds.filter((kind) => kind === 'written').length).toBeGreaterThan(30);
    expect(under.store.queueBytes()).toBe(0);
  });

  it('work that nobody waits for any more is dropped before it is done', async () => {
    under.gate.shut('sync');
    const first = under.apply({ ms: 5 });
    await turn();
    const large = new Uint8Array(1024 * 1024);
    const deadlineMs = under.clock.monotonicMs() + 10;
    // The first fills the next batch, so the second still waits when its time is over.
    const [filler, late] = [
      under.apply({ key: 'a', ms: 6, value: large }),
      under.apply({ key: 'b', ms: 6, deadlineMs }),
    ];
    await turn();
    await under.scheduler.advance(11);
    await under.gate.open();
    expect(await first).toEqual(written);
    expect(await filler).toEqual(written);
    expect(await late).toMatchObject({ kind: 'failed', error: { code: 'KV_WRITE_TIMEOUT' } });
    expect(await under.textOf('b')).toBe('(missing)');
  });

  it('a close finishes what was accepted and refuses the rest', async () => {
    under.gate.shut('sync');
    const accepted = under.apply({ ms: 5 });
    await turn();
    const closed = under.store.close();
    const refused = { kind: 'failed', error: { code: 'KV_NOT_READY' } };
    expect(await under.apply({ ms: 6 })).toMatchObject(refused);
    expect(await under.read()).toMatchObject(refused);
    await under.gate.open();
    expect(await accepted).toEqual(written);
    await closed;
    await under.reopen();
    expect(await under.textOf()).toBe('v5');
  });
});
