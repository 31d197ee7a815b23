import { expect, it } from 'vitest';
import { EMPTY_LOG } from '../../../../src/node/core/metadata/metadata-log.js';
import { learn, type VoterState } from '../../../../src/node/core/metadata/voter.js';
import { FRESH_ACCEPTOR } from '../../../../src/node/core/paxos/acceptor.js';
import { MetadataJournal } from '../../../../src/node/metadata/metadata-journal.js';
import { MemoryDisk } from '../../../../src/sim/memory-disk.js';
import { initOf, nextEntry, nodeOf } from '../core/metadata/states.js';
import { Gate, StoreUnderTest, turn } from '../store/store-harness.js';

const OPTIONS = { cacheBytes: 1 << 20, writeBufferBytes: 1 << 20, maxFileBytes: 1 << 20 };
const EMPTY: VoterState = { log: EMPTY_LOG, acceptor: FRESH_ACCEPTOR };

it('a hundred who wait for a slow disk have their turn, in order, and nothing warns of them', async () => {
  const { clock, unlikely } = await StoreUnderTest.open();
  const gate = new Gate();
  const storage = await new MemoryDisk({ hold: gate.hold }).openStorage('meta', OPTIONS);
  const { buggify } = unlikely;
  const onFailed = (error: Error): void => expect.fail(error.message);
  const journal = new MetadataJournal({ storage, stored: EMPTY, clock, buggify, onFailed });
  const warnings: string[] = [];
  const warned = (warning: Error): void => void warnings.push(warning.name);
  process.on('warning', warned);
  gate.shut('sync');
  const first = learn(EMPTY, nextEntry(undefined, initOf(nodeOf(1))));
  const order: number[] = [];
  const all = [journal.update(() => ({ state: first, result: 0 }))];
  for (let i = 1; i <= 100; i++)
    all.push(
      journal.update((state) => {
        order.push(i);
        return { state, result: i };
      }),
    );
  await turn();
  expect(order).toEqual([]);
  await gate.open();
  expect(await Promise.all(all)).toEqual(Array.from({ length: 101 }, (_, i) => i));
  expect(order).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
  await turn();
  process.off('warning', warned);
  expect(warnings).toEqual([]);
});
