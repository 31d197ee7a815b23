import { expect, it } from 'vitest';
import { assert, AssertionFailure } from '../../../src/stdx/assert.js';
import { unreachable } from '../../../src/stdx/unreachable.js';

it('lets pass what holds and throws its own kind of error for what does not', () => {
  expect(() => assert('n1', 'a name is never empty')).not.toThrow();
  expect(() => assert('', 'a name is never empty')).toThrow(AssertionFailure);
  expect(() => assert(undefined, 'a name is never empty')).toThrow('a name is never empty');
});

it('names the value that a switch did not expect', () => {
  const intruder = { kind: 'intruder' } as never; // what untyped input can smuggle in
  expect(() => unreachable(intruder)).toThrow(AssertionFailure);
  expect(() => unreachable(intruder)).toThrow('{"kind":"intruder"}');
  expect(() => unreachable(undefined as never)).toThrow('undefined'); // as above
});
