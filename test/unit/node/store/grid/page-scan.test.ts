import { describe, expect, it } from 'vitest';
import { itemHash } from '../../../../../src/node/core/grid/item-hash.js';
import {
  emptyLeaves,
  xorAt,
  type LeafHashes,
} from '../../../../../src/node/core/grid/leaf-hashes.js';
import { leafOf, PAGE_LEAVES } from '../../../../../src/node/core/grid/leaf.js';
import { pageIdOfData } from '../../../../../src/node/store/grid/grid-keys.js';
import { PageScan } from '../../../../../src/node/store/grid/page-scan.js';
import { FirstPageWatch, PageWatch } from '../../../../../src/node/store/grid/page-watch.js';
import { copyOf, coordinates, dataKeyOf } from '../store-harness.js';

const KEY = dataKeyOf('a');
const ID = pageIdOfData(KEY);
const PLACE = leafOf(coordinates('a').token) % PAGE_LEAVES;
const OLD = copyOf({ key: 'a', ms: 1 });
const NEW = copyOf({ key: 'a', ms: 2 });

function scanOf(value: Uint8Array): PageScan {
  const scan = new PageScan(new PageWatch(ID));
  scan.add({ key: KEY, value });
  return scan;
}

function leavesOf(record: typeof OLD): LeafHashes {
  const leaves = emptyLeaves(PAGE_LEAVES);
  xorAt(leaves, PLACE, itemHash(KEY, record));
  return leaves;
}

function change(scan: PageScan): void {
  scan.watch.see(ID, PLACE, itemHash(KEY, OLD));
  scan.watch.see(ID, PLACE, itemHash(KEY, NEW));
}

describe('a page that is computed while it changes', () => {
  it('is what was read, and what changed since', () => {
    const scan = scanOf(OLD.encoded);
    expect(scan.result()).toEqual(leavesOf(OLD));
    change(scan);
    expect(scan.result()).toEqual(leavesOf(NEW));
  });

  it('does not see what changes in others', () => {
    const scan = scanOf(OLD.encoded);
    scan.watch.see(ID + 1, PLACE, itemHash(KEY, NEW));
    scan.watch.see(ID + 1, PLACE, undefined);
    expect(scan.result()).toEqual(leavesOf(OLD));
  });

  it('has nothing of a record that cannot be read, and is in doubt when its leaf changes', () => {
    const rotten = OLD.encoded.slice();
    rotten[3]! ^= 1;
    const scan = scanOf(rotten);
    expect(scan.isBlind(PLACE)).toBe(true);
    expect(scan.result()).toEqual(emptyLeaves(PAGE_LEAVES));
    change(scan);
    expect(scan.result()).toBeUndefined();
  });

  it('is in doubt when a corrupt copy was replaced, that was perhaps read before it was corrupt', () => {
    const scan = scanOf(OLD.encoded);
    scan.watch.see(ID, PLACE, undefined);
    scan.watch.see(ID, PLACE, itemHash(KEY, NEW));
    expect(scan.result()).toBeUndefined();
  });
});

it('the first page that changes while others are skipped is not skipped', () => {
  const watch = new FirstPageWatch(10);
  watch.see(9);
  expect(watch.first).toBe(Infinity);
  watch.see(30);
  watch.see(12);
  watch.see(20);
  expect(watch.first).toBe(12);
});
