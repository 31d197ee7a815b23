import type { RuleName, Violation } from '../workload/history.js';

/** Violations of one rule that are kept: the first tell the story, the rest repeats it. */
const PER_RULE = 5;

/** Collects what was found to be wrong. */
export class Findings {
  readonly #found: Violation[] = [];
  readonly #nowMs: () => number;
  readonly #counts = new Map<RuleName, number>();

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  add(
    rule: RuleName,
    message: string,
    about: Partial<Pick<Violation, 'key' | 'operations'>> = {},
  ): void {
    const { key, operations = [] } = about;
    this.take({ rule, message, key, operations, atMs: this.#nowMs() });
  }

  take(violation: Violation): void {
    const count = this.#counts.get(violation.rule) ?? 0;
    this.#counts.set(violation.rule, count + 1);
    if (count < PER_RULE) this.#found.push(violation);
  }

  any(): boolean {
    return this.#found.length > 0;
  }

  /** In the order in which they were noticed, in virtual time: the first is the one to look at. */
  all(): readonly Violation[] {
    return this.#found.toSorted((a, b) => a.atMs - b.atMs);
  }
}
