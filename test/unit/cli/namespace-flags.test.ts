import { describe, expect, it } from 'vitest';
import { parseReplication, replicationIn } from '../../../src/cli/namespace-flags.js';
import { assert } from '../../../src/stdx/assert.js';
import { DESCRIBE } from '../../integration/example-views.js';

const [node] = DESCRIBE.nodes;
assert(node !== undefined, 'the example has a node');

describe('a replication on the command line', () => {
  it('is one number for all data centres, or one for each', () => {
    expect(parseReplication('3')).toBe(3);
    expect(parseReplication('dc1=3,dc2=1')).toEqual({ dc1: 3, dc2: 1 });
  });

  it.each([
    '',
    '0',
    '10',
    '1.5',
    '-1',
    'dc1',
    'dc1=',
    '=3',
    'dc1=3,',
    'dc1=3,dc1=2',
    'a=1=2',
    '__proto__=2',
    'a b=2',
  ])('%j is refused', (text) => {
    expect(() => parseReplication(text)).toThrow(expect.objectContaining({ code: 'KV_USAGE' }));
  });

  it('of one number is that of every data centre in which there are nodes', () => {
    const nodes = [
      { ...node, dc: 'b' },
      { ...node, dc: 'a' },
      { ...node, dc: 'b' },
      { ...node, dc: 'gone', membership: 'removed' as const },
    ];
    expect(replicationIn(2, { ...DESCRIBE, nodes })).toEqual({ a: 2, b: 2 });
    expect(replicationIn({ a: 1 }, { ...DESCRIBE, nodes })).toEqual({ a: 1 });
  });
});
