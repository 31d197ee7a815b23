import { describe, expect, it } from 'vitest';
import {
  formatAddresses,
  parseAddresses,
} from '../../../../../src/node/core/membership/address-fact.js';

const ADDRESSES = { host: 'fe80::1', clientPort: 7401, peerPort: 8401, httpPort: 9401 };

describe('the address fact', () => {
  it('reads back what it states', () => {
    expect(parseAddresses(formatAddresses(ADDRESSES))).toEqual(ADDRESSES);
  });

  it('states no address when a peer sends anything else', () => {
    const wrong = [
      '',
      '{',
      '7',
      'null',
      '[]',
      '{"host":"","clientPort":1,"peerPort":1,"httpPort":1}',
    ];
    for (const text of wrong) expect(parseAddresses(text)).toBeUndefined();
    for (const peerPort of [-1, 65_536, 1.5, '8401', undefined])
      expect(parseAddresses(JSON.stringify({ ...ADDRESSES, peerPort }))).toBeUndefined();
  });
});
