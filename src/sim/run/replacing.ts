/** The same object, but with these methods in place of its own; whatever else is asked of it, it does as before. */
export function replacing<T extends object>(target: T, methods: Partial<T>): T {
  return new Proxy(target, {
    get: (_, name): unknown => {
      if (Object.hasOwn(methods, name)) return Reflect.get(methods, name);
      const member: unknown = Reflect.get(target, name);
      // Private fields are found on the object itself only, not through what stands before it.
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
}
