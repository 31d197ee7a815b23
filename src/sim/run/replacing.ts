import { assert } from '../../stdx/assert.js';

/**
 * An object that does what another one does, but for these methods, which it has in place of its own. All members of the other one are
 * methods, and looked up once.
 */
export function replacing<T extends object>(target: T, methods: Partial<T>): T {
  const copy: Record<string, unknown> = {};
  for (const name of namesOf(target)) {
    const member: unknown = Reflect.get(target, name);
    assert(typeof member === 'function', `${name} is a method`);
    // Private fields are found on the object itself only, not on what stands for it.
    copy[name] = member.bind(target);
  }
  return Object.assign(copy as T, methods);
}

/** The names of all members, inherited ones as well, less those that every object has. */
function namesOf(target: object): ReadonlySet<string> {
  const names = new Set<string>();
  for (let one = target; one !== Object.prototype; one = Object.getPrototypeOf(one) as object)
    for (const name of Object.getOwnPropertyNames(one)) names.add(name);
  names.delete('constructor');
  return names;
}
