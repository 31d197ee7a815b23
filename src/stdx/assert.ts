/** A broken invariant of this program: a bug, never an operating condition. It is not caught, it ends the process. */
export class AssertionFailure extends Error {
  override readonly name = 'AssertionFailure';
}

/** Guarantees that `condition` holds for the code that follows, or throws `AssertionFailure`. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new AssertionFailure(message);
}
