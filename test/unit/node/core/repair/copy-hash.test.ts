import { expect, it } from 'vitest';
import { copyHash } from '../../../../../src/node/core/repair/copy-hash.js';

const DATA_KEY = Uint8Array.of(0x64, 0, 0, 0, 1, 0, 0, 0, 2, 0x61);
const SEED = { hi: 1, lo: 2 };
const VERSION = { ms: 1_767_225_600_123, logical: 7, writerHi: 3, writerLo: 4 };
const COPY = { version: VERSION, checksum: 9, tombstone: false };

function hashed(
  change: Partial<typeof COPY> = {},
  { dataKey = DATA_KEY, seed = SEED }: { dataKey?: Uint8Array; seed?: typeof SEED } = {},
): string {
  const { hi, lo } = copyHash(dataKey, { ...COPY, ...change }, seed);
  return `${hi} ${lo}`;
}

it('the hash of a copy is the same for the same copy', () => {
  expect(hashed()).toBe(hashed());
});

it('the hash of a copy tells apart whatever a list would, and seeds', () => {
  const others = [
    hashed({ checksum: 10 }),
    hashed({ tombstone: true }),
    ...(['ms', 'logical', 'writerHi', 'writerLo'] as const).map((part) =>
      hashed({ version: { ...VERSION, [part]: VERSION[part] + 1 } }),
    ),
    hashed({ version: { ...VERSION, ms: VERSION.ms + 2 ** 32 } }),
    hashed({}, { dataKey: DATA_KEY.subarray(0, 9) }),
    hashed({}, { dataKey: Uint8Array.of(...DATA_KEY, 0) }),
    hashed({}, { dataKey: new Uint8Array(5000) }),
    hashed({}, { seed: { hi: 1, lo: 3 } }),
    hashed({}, { seed: { hi: 2, lo: 2 } }),
  ];
  expect(new Set([hashed(), ...others]).size).toBe(others.length + 1);
});
