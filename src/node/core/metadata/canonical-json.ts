import { assert } from '../../../stdx/assert.js';

/**
 * The one text of a value: keys sorted, undefined members left out, no white space; equal values give equal texts.
 * Takes what metadata is made of: texts, flags, whole numbers, and lists and plain objects of these.
 */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'string' || typeof value === 'boolean') return JSON.stringify(value);
  if (typeof value === 'number') {
    assert(Number.isSafeInteger(value), 'metadata holds whole numbers only');
    return String(value);
  }
  assert(typeof value === 'object' && value !== null, 'metadata holds plain data only');
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
  return `{${members.join(',')}}`;
}
