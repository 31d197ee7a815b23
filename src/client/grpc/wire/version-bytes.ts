import type { Version } from '../../../node/core/version/version.js';
import {
  readU16be,
  readU32be,
  readU48be,
  writeU16be,
  writeU32be,
  writeU48be,
} from '../../../stdx/bytes.js';

const VERSION_BYTES = 16;

/** The 16 bytes of a version, as a message carries it; none for undefined. */
export function versionToBytes(version: Version | undefined): Uint8Array {
  if (version === undefined) return new Uint8Array(0);
  const bytes = new Uint8Array(VERSION_BYTES);
  writeU48be(bytes, 0, version.ms);
  writeU16be(bytes, 6, version.logical);
  writeU32be(bytes, 8, version.writerHi);
  writeU32be(bytes, 12, version.writerLo);
  return bytes;
}

/** The version in these bytes, or undefined when there are not 16. */
export function versionFromBytes(bytes: Uint8Array): Version | undefined {
  if (bytes.length !== VERSION_BYTES) return undefined;
  return {
    ms: readU48be(bytes, 0),
    logical: readU16be(bytes, 6),
    writerHi: readU32be(bytes, 8),
    writerLo: readU32be(bytes, 12),
  };
}
