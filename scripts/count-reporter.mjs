import { writeSync } from 'node:fs';

/**
 * A vitest reporter whose only output is the line `N passed, N failed`, the last of the run.
 *
 * A test file that cannot be loaded and an error outside every test count as one failure each, so that
 * the line never says less than the exit code. It is written when the process exits, because the summary
 * and the coverage table of the other reporters come after the end of the run.
 */
export default class CountReporter {
  #line;

  onTestRunEnd(modules, unhandledErrors) {
    let passed = 0;
    let failed = unhandledErrors.length;
    for (const module of modules) {
      failed += module.errors().length;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === 'passed') passed += 1;
        else if (state !== 'skipped' || test.options.mode === 'run') failed += 1;
      }
    }
    if (this.#line === undefined) process.once('exit', () => writeSync(1, `${this.#line}\n`));
    this.#line = `${passed} passed, ${failed} failed`;
  }
}
