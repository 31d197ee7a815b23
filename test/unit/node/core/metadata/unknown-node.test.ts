import { describe, expect, it } from 'vitest';
import { unknownNode } from '../../../../../src/node/core/metadata/unknown-node.js';

describe('the refusal of a name that no node has', () => {
  it('names the nodes there are', () => {
    expect(unknownNode('n9', ['n1', 'n2'])).toMatchObject({
      code: 'KV_USAGE',
      message: 'no node is called n9: there are n1, n2',
    });
  });

  it('of a large cluster names the likely one alone', () => {
    const many = Array.from({ length: 300 }, (_, i) => `node-${i + 1}`);
    expect(unknownNode('ndoe-17', many).message).toBe(
      'no node is called ndoe-17: did you mean node-17? there are 300, see kv node list',
    );
    expect(unknownNode('elsewhere', many).message).toBe(
      'no node is called elsewhere: there are 300, see kv node list',
    );
  });
});
