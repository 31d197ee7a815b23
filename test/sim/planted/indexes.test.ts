import { describe, it } from 'vitest';
import { RECORD_INDEXES } from '../../../src/node/store/indexes/record-indexes.js';
import { expectCaught, inMethod, type Hunt } from './find-violation.js';

const RUN: Omit<Hunt, 'plant'> = { rule: 'index-differs', seeds: 5, nodes: 3, minutes: 0.4 };

describe('an index that differs from the records is caught, when', { timeout: 120_000 }, () => {
  it('a value that expires is not entered', async () => {
    await expectCaught({
      ...RUN,
      plant: inMethod(RECORD_INDEXES, 'derive', (derive) => (changes, sequence) => {
        const entries = derive(changes, sequence);
        return entries.filter(({ key, type }) => key[0] !== 0x78 || type === 'del');
      }),
    });
  });

  it('a tombstone that is written over stays in it', async () => {
    await expectCaught({
      ...RUN,
      plant: inMethod(RECORD_INDEXES, 'derive', (derive) => (changes, sequence) => {
        const entries = derive(changes, sequence);
        return entries.filter(({ key, type }) => key[0] !== 0x74 || type === 'put');
      }),
    });
  });
});
