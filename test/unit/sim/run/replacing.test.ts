import { describe, expect, it } from 'vitest';
import { replacing } from '../../../../src/sim/run/replacing.js';

class Counter {
  #count = 0;

  add(by: number): number {
    this.#count += by;
    return this.#count;
  }

  twice(by: number): number {
    return this.add(by) + this.add(by);
  }
}

describe('an object with methods replaced', () => {
  it('does with them what it is told, and the rest as before', () => {
    const counter = new Counter();
    const replaced = replacing(counter, { twice: (by) => counter.add(by * 2) });
    expect(replaced.add(1)).toBe(1);
    expect(replaced.twice(2)).toBe(5);
    expect(counter.add(0)).toBe(5);
  });

  it('has no other members than the object has', () => {
    expect('then' in replacing(new Counter(), {})).toBe(false);
    expect(Reflect.get(replacing(new Counter(), {}), 'then')).toBeUndefined();
  });
});
