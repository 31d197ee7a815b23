import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

describe('the program', () => {
  it('starts for --version in less than three times the start of Node.js itself', () => {
    const fastest = (args: readonly string[]) => {
      const samples = [1, 2, 3, 4, 5].map(() => {
        const started = performance.now();
        spawnSync(process.execPath, args, { cwd: root });
        return performance.now() - started;
      });
      return Math.min(...samples);
    };

    expect(fastest(['bin/run.js', '--version'])).toBeLessThan(3 * fastest(['-e', '0']));
  });
});
