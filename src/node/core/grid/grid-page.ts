import { readU48be, writeU48be } from '../../../stdx/bytes.js';
import { emptyLeaves, type LeafHashes } from './leaf-hashes.js';
import { PAGE_LEAVES } from './leaf.js';

/** Some leaves as they were after a batch. */
export interface GridPage {
  /** Number of the last batch whose changes are in it. */
  readonly sequence: number;
  /** Undefined stands for leaves without records. */
  readonly leaves: LeafHashes | undefined;
}

const HEADER = 6;
const BYTES = HEADER + 8 * PAGE_LEAVES;

/** The bytes of a page: `sequence u48be`, then for each leaf `hash u64be`. */
export function encodePage({ sequence, leaves }: GridPage): Uint8Array {
  const bytes = new Uint8Array(BYTES);
  writeU48be(bytes, 0, sequence);
  if (leaves === undefined) return bytes;
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < leaves.length; i++) view.setUint32(HEADER + 4 * i, leaves[i] ?? 0);
  return bytes;
}

/** The page that `bytes` hold; undefined when they are none. */
export function decodePage(bytes: Uint8Array): GridPage | undefined {
  if (bytes.length !== BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const leaves = emptyLeaves(PAGE_LEAVES);
  for (let i = 0; i < leaves.length; i++) leaves[i] = view.getUint32(HEADER + 4 * i);
  return { sequence: readU48be(bytes, 0), leaves };
}
