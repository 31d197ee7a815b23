import { fromHex, toHex, utf8Encode } from '../../stdx/bytes.js';
import { KvError } from '../core/errors.js';
import { canonicalJson } from '../core/metadata/canonical-json.js';
import type { NodeId } from '../core/metadata/cluster-metadata.js';
import { JsonReader } from '../core/metadata/json-reader.js';
import { isId } from '../core/metadata/member-rules.js';
import type { SeenStart } from './peer-memory.js';

/** First byte of the keys in `meta/`; docs/storage-format.md draws them. */
const PEER = 0x70;
const FORMAT = 1;

/** The keys of all remembered peers. */
export const PEER_KEYS = { gte: Uint8Array.of(PEER), lt: Uint8Array.of(PEER + 1) } as const;

/** Where the start of a node is kept; undefined for an id that no node of this version has. */
export function peerKey(nodeId: NodeId): Uint8Array | undefined {
  const id = isId(nodeId) ? fromHex(nodeId) : undefined;
  return id === undefined ? undefined : Uint8Array.of(PEER, ...id);
}

/** The node of a key that `peerKey` made. */
export function peerOf(key: Uint8Array): NodeId {
  return toHex(key.subarray(1));
}

/** The bytes in which a start is kept; undefined for one that no node of this version states. */
export function encodeSeen(seen: SeenStart): Uint8Array | undefined {
  const isPlain = [seen.boot, seen.sequence].every(Number.isSafeInteger) && isId(seen.nonce);
  return isPlain ? utf8Encode(canonicalJson({ format: FORMAT, seen })) : undefined;
}

/** The start in these bytes. @throws KvError KV_FORMAT_UNKNOWN */
export function decodeSeen(bytes: Uint8Array): SeenStart {
  const reader = JsonReader.parse(bytes, 'start of a peer');
  const format = reader.field('format').count();
  if (format !== FORMAT)
    throw new KvError(
      'KV_FORMAT_UNKNOWN',
      `the start of a peer has format ${format}, and this version of kv knows ${FORMAT}`,
    );
  const { seen } = reader.object(['format', 'seen']);
  const fields = seen.object(['boot', 'nonce', 'sequence', 'clonedBoot', 'epoch']);
  const { boot, nonce, sequence, clonedBoot } = fields;
  const epoch = fields.epoch.optional((item) => item.count());
  return {
    boot: boot.count(),
    nonce: nonce.text(),
    sequence: sequence.count(),
    clonedBoot: clonedBoot.count(),
    ...(epoch === undefined ? {} : { epoch }),
  };
}
