import fc from 'fast-check';
import { encodeDataKey } from '../../src/node/core/version/data-key.js';
import type { RecordContent } from '../../src/node/core/version/record.js';
import type { Version } from '../../src/node/core/version/version.js';

const u16 = fc.integer({ min: 0, max: 0xffff });
const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const u48 = fc.integer({ min: 0, max: 0xffff_ffff_ffff });

export const versions: fc.Arbitrary<Version> = fc.record({
  ms: u48,
  logical: u16,
  writerHi: u32,
  writerLo: u32,
});

export const dataKeys: fc.Arbitrary<Uint8Array> = fc
  .record({
    namespace: u32,
    token: u32,
    key: fc.uint8Array({ minLength: 1, maxLength: 40 }),
  })
  .map(encodeDataKey);

/** Records of all shapes; their versions come from `version`, so that a test may make them collide. */
export function contents(version: fc.Arbitrary<Version> = versions): fc.Arbitrary<RecordContent> {
  return fc
    .record({
      version,
      tombstone: fc.boolean(),
      expiresAtMs: fc.option(u48, { nil: undefined }),
      value: fc.uint8Array({ maxLength: 48 }),
    })
    .map((content) => (content.tombstone ? { ...content, value: new Uint8Array() } : content));
}
