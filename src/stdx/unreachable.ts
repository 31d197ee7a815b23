import { AssertionFailure } from './assert.js';

/** Makes the compiler prove that a switch is exhaustive, and throws `AssertionFailure` if untyped data got here anyway. */
export function unreachable(value: never): never {
  throw new AssertionFailure(`unreachable: ${JSON.stringify(value)}`);
}
