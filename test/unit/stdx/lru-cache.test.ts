import { describe, expect, it } from 'vitest';
import { AssertionFailure } from '../../../src/stdx/assert.js';
import { LruCache } from '../../../src/stdx/lru-cache.js';

describe('a cache bounded by entries', () => {
  it('forgets what was not used for longest, where a get is a use and a look is none', () => {
    const cache = new LruCache<string, number>({ maxEntries: 2 });
    cache.set('a', 1);
    cache.set('b', 2);
    expect(cache.get('a')).toBe(1);
    expect(cache.has('b')).toBe(true);
    cache.set('c', 3);
    expect(cache.has('b')).toBe(false);
    expect(cache.get('a')).toBe(1);
    expect(cache.get('c')).toBe(3);
    expect(cache.size).toBe(2);
  });

  it('replaces a value in place of a second entry', () => {
    const cache = new LruCache<string, number>({ maxEntries: 2 });
    cache.set('a', 1);
    cache.set('a', 2);
    expect(cache.size).toBe(1);
    expect(cache.get('a')).toBe(2);
  });

  it('forgets on request', () => {
    const cache = new LruCache<string, number>({ maxEntries: 2 });
    cache.set('a', 1);
    expect(cache.delete('a')).toBe(true);
    expect(cache.delete('a')).toBe(false);
    cache.set('b', 1);
    cache.clear();
    expect(cache.size).toBe(0);
    expect(cache.get('b')).toBeUndefined();
  });
});

describe('a cache bounded by bytes', () => {
  const make = (): LruCache<string, string> =>
    new LruCache<string, string>({ maxEntries: 100, maxBytes: 10, sizeOf: (text) => text.length });

  it('forgets as many as needed', () => {
    const cache = make();
    cache.set('a', '1234');
    cache.set('b', '1234');
    cache.set('c', '123456789');
    expect(cache.sizeBytes).toBe(9);
    expect([cache.has('a'), cache.has('b'), cache.has('c')]).toEqual([false, false, true]);
  });

  it('does not keep a value that can never fit, nor throws out others for it', () => {
    const cache = make();
    cache.set('a', '1234');
    cache.set('b', '12345678901');
    expect(cache.has('a')).toBe(true);
    expect(cache.has('b')).toBe(false);
    cache.set('a', '12345678901');
    expect(cache.has('a')).toBe(false);
    expect(cache.sizeBytes).toBe(0);
  });
});

it('refuses limits that make no cache', () => {
  expect(() => new LruCache({ maxEntries: 0 })).toThrow(AssertionFailure);
  expect(() => new LruCache({ maxEntries: 1, maxBytes: 1 })).toThrow(AssertionFailure);
});
