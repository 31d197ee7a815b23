import { describe, expect, it } from 'vitest';
import { LIMITS } from '../../../../../src/node/core/limits.js';
import { nodeConfig } from '../../../../../src/node/io/config/node-config.js';
import { gatherSettings } from '../../../../../src/node/io/config/node-settings.js';

const GIB = 1024 ** 3;

function reserveOf(sources: { readonly flag?: string; readonly variable?: string }): number {
  const { flag, variable } = sources;
  const flags = flag === undefined ? {} : { 'disk-reserve': flag };
  const env = { KV_NODE_DISK_RESERVE: variable };
  return nodeConfig(gatherSettings({ flags, env, file: undefined })).diskReserveBytes;
}

describe('the reserve of the disk', () => {
  it('is 512 MiB, or a size given by a flag before a variable', () => {
    expect(reserveOf({})).toBe(LIMITS.diskReserveBytes);
    expect(reserveOf({})).toBe(GIB / 2);
    expect(reserveOf({ variable: '2GiB' })).toBe(2 * GIB);
    expect(reserveOf({ variable: '2GiB', flag: '0' })).toBe(0);
  });

  it('is refused when it is no size, with the place where it was given', () => {
    expect(() => reserveOf({ variable: '10 MB' })).toThrow(
      'KV_NODE_DISK_RESERVE: "10 MB" is not valid: use a size such as 512MiB, 2GiB or 0',
    );
  });
});
