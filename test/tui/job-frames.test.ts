import { describe, expect, it } from 'vitest';
import { frame } from '../../src/tui/frame.js';
import { LOOKS, picture, SIZES } from './looks.js';
import { A_PLAN, atJobs, STAGED } from './states.js';

describe('golden frames of plans and repairs', () => {
  for (const [columns, rows] of SIZES) {
    for (const look of ['colour', 'mono', 'ascii'] as const) {
      const at = `${columns}x${rows}-${look}`;
      it(`a plan that runs and repairs at ${at}`, async () => {
        const { state } = atJobs([columns, rows]);
        const golden = `frames/plan-${at}.txt`;
        await expect(picture(frame(state, LOOKS[look]), look)).toMatchFileSnapshot(golden);
      });

      it(`the ring while it changes at ${at}`, async () => {
        const { state } = atJobs([columns, rows], A_PLAN, 'ring');
        const golden = `frames/changing-${at}.txt`;
        await expect(picture(frame(state, LOOKS[look]), look)).toMatchFileSnapshot(golden);
      });
    }
  }

  it('a repair, and a question about it', async () => {
    const bench = atJobs([80, 24]);
    bench.press('j', 'C');
    await expect(picture(frame(bench.state, LOOKS.colour), 'colour')).toMatchFileSnapshot(
      'frames/repair-80x24-colour.txt',
    );
  });

  it('what is staged', async () => {
    const { state } = atJobs([80, 24], STAGED);
    await expect(picture(frame(state, LOOKS.colour), 'colour')).toMatchFileSnapshot(
      'frames/staged-80x24-colour.txt',
    );
  });

  it('the overview of a cluster whose ring changes', async () => {
    const { state } = atJobs([80, 24], A_PLAN, 'overview');
    await expect(picture(frame(state, LOOKS.colour), 'colour')).toMatchFileSnapshot(
      'frames/overview-plan-80x24-colour.txt',
    );
  });
});
