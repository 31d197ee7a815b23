import { describe, expect, it } from 'vitest';
import { confirmByName } from '../../../src/cli/confirm.js';

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
