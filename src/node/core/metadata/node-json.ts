import type { NodeDescriptor } from './cluster-metadata.js';
import type { JsonReader } from './json-reader.js';

/** What a node says of itself. */
export const NODE_FIELDS = [
  'nodeId',
  'name',
  'host',
  'rack',
  'dc',
  'addresses',
  'release',
] as const;

/** What a node says of itself. @throws KvError KV_FORMAT_UNKNOWN */
export function readNode(reader: JsonReader): NodeDescriptor {
  return readNodeFields(reader.object(NODE_FIELDS));
}

/** The same, of fields among others. @throws KvError KV_FORMAT_UNKNOWN */
export function readNodeFields(
  fields: Readonly<Record<(typeof NODE_FIELDS)[number], JsonReader>>,
): NodeDescriptor {
  const addresses = fields.addresses.object(['host', 'clientPort', 'peerPort', 'httpPort']);
  return {
    nodeId: fields.nodeId.text(),
    name: fields.name.text(),
    host: fields.host.text(),
    rack: fields.rack.text(),
    dc: fields.dc.text(),
    addresses: {
      host: addresses.host.text(),
      clientPort: addresses.clientPort.count(),
      peerPort: addresses.peerPort.count(),
      httpPort: addresses.httpPort.count(),
    },
    release: fields.release.text(),
  };
}

/** @throws KvError KV_FORMAT_UNKNOWN */
export function readTokens(reader: JsonReader): readonly number[] {
  return reader.list((item) => item.count());
}

/** @throws KvError KV_FORMAT_UNKNOWN */
export function readIds(reader: JsonReader): readonly string[] {
  return reader.list((item) => item.text());
}
