import { nearest } from '../../../stdx/nearest.js';
import { KvError } from '../errors.js';

/** Of more nodes than these not all are named. */
const NAMED_MOST = 16;

/** The refusal of a name that no node has: it says which there are, or in a large cluster which was likely meant. */
export function unknownNode(name: string, names: readonly string[]): KvError {
  return new KvError('KV_USAGE', `no node is called ${name}: ${adviceFor(name, names)}`);
}

function adviceFor(name: string, names: readonly string[]): string {
  if (names.length <= NAMED_MOST) return `there are ${names.join(', ')}`;
  const near = nearest(name, names);
  const likely = near === undefined ? '' : `did you mean ${near}? `;
  return `${likely}there are ${names.length}, see kv node list`;
}
