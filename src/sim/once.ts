/** A function that does something the first time it is called, and nothing later. */
export function once<A extends unknown[]>(run: (...args: A) => void): (...args: A) => void {
  let called = false;
  return (...args) => {
    if (called) return;
    called = true;
    run(...args);
  };
}
