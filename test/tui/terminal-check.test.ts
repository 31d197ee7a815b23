import { describe, expect, it } from 'vitest';
import { terminalProblem } from '../../src/tui/terminal-check.js';
import { wantsAscii, wantsColor } from '../../src/tui/theme.js';

const tty = { isTTY: true };

describe('terminalProblem', () => {
  it('names what stands in the way of a dashboard, or nothing', () => {
    expect(terminalProblem({ stdin: tty, stdout: tty }, { TERM: 'xterm' })).toBeUndefined();
    expect(terminalProblem({ stdin: {}, stdout: tty }, {})).toBe(
      'standard input is not a terminal',
    );
    expect(terminalProblem({ stdin: tty, stdout: {} }, {})).toBe(
      'standard output is not a terminal',
    );
    expect(terminalProblem({ stdin: tty, stdout: tty }, { TERM: 'dumb' })).toMatch(/TERM is dumb/);
  });
});

describe('the look', () => {
  it('is ASCII where line drawing is not certain', () => {
    expect(wantsAscii({ LANG: 'C.UTF-8', TERM: 'xterm' })).toBe(false);
    expect(wantsAscii({ LANG: 'de_DE.utf8' })).toBe(false);
    expect(wantsAscii({ LANG: 'en_US.UTF-8', LC_ALL: 'C' })).toBe(true);
    expect(wantsAscii({ LANG: 'C.UTF-8', TERM: 'linux' })).toBe(true);
    expect(wantsAscii({})).toBe(true);
  });

  it('has no colour where that is asked for', () => {
    expect(wantsColor({})).toBe(true);
    expect(wantsColor({ NO_COLOR: '1' })).toBe(false);
    expect(wantsColor({ NO_COLOR: '' })).toBe(true);
    expect(wantsColor({ NO_COLOR: '1', FORCE_COLOR: '0' })).toBe(false);
    expect(wantsColor({ FORCE_COLOR: '1' })).toBe(true);
  });
});
