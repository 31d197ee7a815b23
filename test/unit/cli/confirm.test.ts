import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { askOnTerminal, confirmByName, confirmYes } from '../../../src/cli/confirm.js';
import { Interrupted } from '../../../src/cli/exit-codes.js';

const base = { name: 'n4', what: '3 hints are given up.', given: undefined, interactive: true };

describe('what is dangerous', () => {
  it('goes on when the name is typed or given, and asks only when it is not given', async () => {
    const asked: string[] = [];
    const ask = async (question: string): Promise<string> => (asked.push(question), ' n4\n');
    await confirmByName(base, ask);
    expect(asked).toEqual(['3 hints are given up. To proceed, type n4: ']);
    await confirmByName({ ...base, given: 'n4' }, ask);
    expect(asked).toHaveLength(1);
  });

  it.each([
    [{ given: 'n5' }, '"n5" is not n4'],
    [{ given: '' }, '"" is not n4'],
    [{ interactive: false }, 'nobody can be asked here'],
  ])('is not done with %j', async (options, why) => {
    const refusal = confirmByName({ ...base, ...options }, async () => 'y');
    await expect(refusal).rejects.toMatchObject({
      code: 'KV_NOT_CONFIRMED',
      message: expect.stringContaining(why) as unknown,
      hints: ['--confirm n4'],
    });
  });

  it('is not done when something else is typed', async () => {
    await expect(confirmByName(base, async () => 'yes')).rejects.toMatchObject({
      code: 'KV_NOT_CONFIRMED',
      row: { exit: 7 },
    });
  });
});

describe('a question on a terminal', () => {
  /** Asks, types, and gives what came of it and what the terminal shows. */
  async function typed(keys: string) {
    const input = new PassThrough();
    const output = Object.assign(new PassThrough(), { isTTY: true });
    const refusal = confirmByName(base, (question) => askOnTerminal(question, { input, output }));
    input.write(keys);
    const thrown: unknown = await refusal.catch((error: unknown) => error);
    // Bytes that the stream was given as text.
    return { thrown, shown: String(output.read()) };
  }

  it('is answered by a line', async () => {
    expect((await typed('n4\r')).thrown).toBeUndefined();
  });

  it('that Ctrl-C ends says that nothing was done, on a line of its own', async () => {
    const { thrown, shown } = await typed('n\x03');

    expect(thrown).toBeInstanceOf(Interrupted);
    expect(thrown).toMatchObject({ outcome: 'nothing was done' });
    expect(shown).toMatch(/\n$/);
  });

  it('that Ctrl-D ends is not confirmed, on a line of its own', async () => {
    const { thrown, shown } = await typed('\x04');

    expect(thrown).toMatchObject({
      code: 'KV_NOT_CONFIRMED',
      message: expect.stringContaining('nothing was typed; nothing was done') as unknown,
    });
    expect(shown).toMatch(/\n$/);
  });
});

describe('what is mild', () => {
  const mild = { what: 'Begin this plan', given: false, interactive: true };

  it('goes on with y or --yes, and asks only when that is not given', async () => {
    const asked: string[] = [];
    const ask = async (question: string): Promise<string> => (asked.push(question), ' Yes');
    await confirmYes(mild, ask);
    expect(asked).toEqual(['Begin this plan? [y/N] ']);
    await confirmYes({ ...mild, given: true, interactive: false }, ask);
    expect(asked).toHaveLength(1);
  });

  it.each([
    ['', true, 'it was not answered with y'],
    ['yeah', true, 'it was not answered with y'],
    ['y', false, 'nobody can be asked here'],
  ])('is not done with %j where somebody can be asked: %j', async (typed, interactive, why) => {
    const refusal = confirmYes({ ...mild, interactive }, async () => typed);
    await expect(refusal).rejects.toMatchObject({
      code: 'KV_NOT_CONFIRMED',
      message: expect.stringContaining(why) as unknown,
      hints: ['--yes'],
    });
  });
});
