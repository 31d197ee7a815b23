import { describe, expect, it } from 'vitest';
import { showsUnicode, wantsColour } from '../../../src/cli/colour.js';

const terminal = { isTTY: true };
const pipe = {};

describe('colour', () => {
  it.each([
    ['on a terminal', terminal, {}, true],
    ['in a pipe', pipe, {}, false],
    ['on a dumb terminal', terminal, { TERM: 'dumb' }, false],
    ['under NO_COLOR', terminal, { NO_COLOR: '1' }, false],
    ['under an empty NO_COLOR', terminal, { NO_COLOR: '' }, true],
    ['under KV_NO_COLOR', terminal, { KV_NO_COLOR: '1' }, false],
    ['in a pipe under FORCE_COLOR', pipe, { FORCE_COLOR: '1' }, true],
    ['under FORCE_COLOR=0', terminal, { FORCE_COLOR: '0' }, false],
  ] as const)('%s is as expected', (...[, stream, env, expected]) => {
    expect(wantsColour('auto', stream, env)).toBe(expected);
  });

  it('follows the flag before all else', () => {
    expect(wantsColour('always', pipe, { NO_COLOR: '1' })).toBe(true);
    expect(wantsColour('never', terminal, { FORCE_COLOR: '1' })).toBe(false);
  });
});

describe('line drawing', () => {
  it.each([
    ['in a UTF-8 terminal', terminal, { LANG: 'en_US.UTF-8' }, true],
    ['where LC_ALL overrides', terminal, { LC_ALL: 'C', LANG: 'en_US.UTF-8' }, false],
    ['on the console of Linux', terminal, { LANG: 'C.utf8', TERM: 'linux' }, false],
    ['in a pipe', pipe, { LANG: 'en_US.UTF-8' }, false],
  ] as const)('%s is as expected', (...[, stream, env, expected]) => {
    expect(showsUnicode(stream, env)).toBe(expected);
  });
});
