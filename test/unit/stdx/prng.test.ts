import { expect, it } from 'vitest';
import { AssertionFailure } from '../../../src/stdx/assert.js';
import { Prng } from '../../../src/stdx/prng.js';

const draw = (prng: Prng, count: number): number[] =>
  Array.from({ length: count }, () => prng.nextU32());

it('gives the same stream for the same seed and another for another', () => {
  expect(draw(new Prng(7), 50)).toEqual(draw(new Prng(7), 50));
  expect(draw(new Prng(7), 50)).not.toEqual(draw(new Prng(8), 50));
  expect(draw(Prng.named('alpha'), 50)).toEqual(draw(Prng.named('alpha'), 50));
  expect(draw(Prng.named('alpha'), 50)).not.toEqual(draw(Prng.named('beta'), 50));
});

it('keeps the streams that seeds of recorded runs rely on', () => {
  expect(draw(new Prng(1), 4)).toMatchInlineSnapshot(`
    [
      393288148,
      2174103013,
      3814759091,
      2092745082,
    ]
  `);
});

it('sets every bit half of the time', () => {
  const prng = new Prng(0);
  const ones = new Array<number>(32).fill(0);
  for (const value of draw(prng, 20_000)) {
    for (let bit = 0; bit < 32; bit++) ones[bit]! += (value >>> bit) & 1;
  }
  for (const count of ones) expect(Math.abs(count - 10_000)).toBeLessThan(400);
});

it('draws floats from [0, 1) whose mean is a half', () => {
  const prng = new Prng(3);
  const floats = Array.from({ length: 20_000 }, () => prng.nextFloat());
  expect(Math.min(...floats)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...floats)).toBeLessThan(1);
  expect(floats.reduce((sum, value) => sum + value, 0) / floats.length).toBeCloseTo(0.5, 2);
});

it('draws integers below a bound, each as often as the others', () => {
  const prng = new Prng(4);
  const counts = new Array<number>(6).fill(0);
  for (let i = 0; i < 60_000; i++) counts[prng.int(6)]! += 1;
  for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500);
  expect(prng.int(1)).toBe(0);
  expect(prng.int(2 ** 32)).toBeLessThan(2 ** 32);
});

it('refuses a bound that has no integers below it', () => {
  const prng = new Prng(4);
  for (const bound of [0, -1, 1.5, 2 ** 32 + 1]) {
    expect(() => prng.int(bound)).toThrow(AssertionFailure);
  }
});

it('shuffles a copy, and reaches every order', () => {
  const prng = new Prng(5);
  const items = ['a', 'b', 'c'];
  const orders = new Set(Array.from({ length: 200 }, () => prng.shuffle(items).join('')));
  expect(orders.size).toBe(6);
  expect(items).toEqual(['a', 'b', 'c']);
});

it('forks a stream that is its own: drawing from it leaves the parent alone', () => {
  const parent = new Prng(6);
  const twin = new Prng(6);
  const child = parent.fork();
  expect(draw(child, 10)).not.toEqual(draw(new Prng(6), 10));
  twin.fork();
  expect(draw(parent, 10)).toEqual(draw(twin, 10));
});
