import { describe, expect, it } from 'vitest';
import { formatDuration, parseDuration } from '../../../src/stdx/duration.js';
import { formatSize, parseSize } from '../../../src/stdx/size.js';

describe('durations', () => {
  it.each([
    ['2s', 2_000],
    ['500ms', 500],
    ['1h30m', 5_400_000],
    ['3d', 259_200_000],
    ['1.5h', 5_400_000],
    ['1m', 60_000],
    ['1m500ms', 60_500],
    ['0s', 0],
  ])('%s is %i ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each(['', '5', 's', '-1s', '1s1h', '1 s', '1.s', '.5s', '1e3s', '1s ', '2x'])(
    '%j is no duration',
    (text) => {
      expect(parseDuration(text)).toBeUndefined();
    },
  );

  it.each([
    [0, '0.0ms'],
    [0.62, '0.6ms'],
    [3.14, '3.1ms'],
    [9.94, '9.9ms'],
    [9.96, '10ms'],
    [412, '412ms'],
    [999.6, '1.0s'],
    [2_000, '2.0s'],
    [9_960, '10s'],
    [59_600, '1m'],
    [192_000, '3m12s'],
    [3_599_600, '1h'],
    [10_560_000, '2h56m'],
    [86_399_000, '1d'],
    [100_800_000, '1d4h'],
    [3_542_400_000, '41d'],
    [-192_000, '-3m12s'],
  ])('%d ms is shown as %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});

describe('sizes', () => {
  it.each([
    ['512', 512],
    ['9 B', 9],
    ['1.5KiB', 1536],
    ['64MiB', 64 * 1024 ** 2],
    ['64 mib', 64 * 1024 ** 2],
    ['16k', 16 * 1024],
    ['263 GiB', 263 * 1024 ** 3],
    ['2T', 2 * 1024 ** 4],
  ])('%s is %i bytes', (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });

  it.each(['', 'KiB', '10MB', '-1', '1.KiB', '1  KiB', '1Ki', '1 KiBs', '0x10'])(
    '%j is no size',
    (text) => {
      expect(parseSize(text)).toBeUndefined();
    },
  );

  it.each([
    [0, '0 B'],
    [9, '9 B'],
    [1023, '1023 B'],
    [1024, '1.0 KiB'],
    [1434, '1.4 KiB'],
    [10 * 1024, '10 KiB'],
    [1024 * 1023.6, '1.0 MiB'],
    [38.4 * 1024 ** 2, '38 MiB'],
    [263 * 1024 ** 3, '263 GiB'],
    [1.52 * 1024 ** 4, '1.5 TiB'],
    [5000 * 1024 ** 5, '5000 PiB'],
  ])('%d bytes are shown as %s', (bytes, text) => {
    expect(formatSize(bytes)).toBe(text);
  });
});
