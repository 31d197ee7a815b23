import { describe, expect, it } from 'vitest';
import { earlyFlags } from '../../../src/cli/early-flags.js';

describe('the flags that are read before the command line is parsed', () => {
  it.each([
    [[], 'table'],
    [['--json'], 'json'],
    [['-o', 'json'], 'json'],
    [['-ojson'], 'json'],
    [['-o=json'], 'json'],
    [['--output', 'ndjson'], 'ndjson'],
    [['--output=wide'], 'wide'],
    [['--nonsense', '--json'], 'json'],
    [['--output=xml'], 'table'],
    [['-o'], 'table'],
    [['--', '--json'], 'table'],
    [['k', '--', '-o', 'json'], 'table'],
  ] as const)('%j prints as %s', (argv, format) => {
    expect(earlyFlags(argv).format).toBe(format);
  });

  it.each([
    [[], 'auto'],
    [['--no-color'], 'never'],
    [['--color', 'never'], 'never'],
    [['--color=always'], 'always'],
    [['--color=always', '--no-color'], 'never'],
    [['--', '--no-color'], 'auto'],
  ] as const)('%j colours %s', (argv, colour) => {
    expect(earlyFlags(argv).colour).toBe(colour);
  });
});
