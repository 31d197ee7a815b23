import { describe, expect, it } from 'vitest';
import {
  judge,
  livenessOf,
  reasonOf,
  unheard,
  wantsProbe,
  type Evidence,
  type Suspicion,
} from '../../../../../src/node/core/membership/suspicion.js';

const UP: Suspicion = { kind: 'up', sinceMs: 0 };

/** Evidence at a second, as a transcript gives it. */
type Line = readonly [seconds: number, evidence: Evidence];

/** What became of a belief, line by line: `4.0 silence: suspect, suspected (...)`. */
function transcript(start: Suspicion, lines: readonly Line[]): string {
  let belief = start;
  return lines
    .map(([seconds, evidence]) => {
      const { next, event } = judge(belief, evidence, seconds * 1000);
      belief = next;
      const told = event === undefined ? '' : `, ${event.severity}: ${event.message}`;
      return `${seconds.toFixed(1)} ${evidence.kind}: ${livenessOf(next)}${told}`;
    })
    .join('\n');
}

const silence = (seconds: number): Evidence => ({
  kind: 'silence',
  phi: seconds / 2.3026,
  silentMs: seconds * 1000,
  suspectPhi: 1.5,
});
const probing = (seconds: number): Evidence => ({ kind: 'probing', silentMs: seconds * 1000 });
const unanswered = (begun: number, silent: number, indirect = 3): Evidence => ({
  kind: 'unanswered',
  startedMs: begun * 1000,
  silentMs: silent * 1000,
  indirect,
});
const heartbeat: Evidence = { kind: 'heartbeat' };
const answered: Evidence = { kind: 'answered' };
const stopping: Evidence = { kind: 'left', reason: 'it is stopping' };

describe('suspicion', () => {
  it('goes from up to suspect to down by silence and unanswered probes, and back by two heartbeats', () => {
    const lines: Line[] = [
      [3.4, silence(3.4)],
      [3.7, silence(3.7)],
      [3.7, probing(3.7)],
      [4.8, unanswered(3.7, 4.8)],
      [4.8, probing(4.8)],
      [5.9, unanswered(4.8, 5.9)],
      [6.1, probing(6.1)],
      [6.1, silence(6.1)],
      [6.6, unanswered(6.1, 6.6)],
      [60, silence(60)],
      [190, heartbeat],
      [198.6, heartbeat],
      [199, heartbeat],
    ];
    expect(transcript(UP, lines)).toMatchInlineSnapshot(`
      "3.4 silence: up
      3.7 silence: suspect, warn: suspected (phi 1.6, silent 3.7 s)
      3.7 probing: suspect
      4.8 unanswered: suspect
      4.8 probing: suspect
      5.9 unanswered: suspect
      6.1 probing: suspect
      6.1 silence: suspect
      6.6 unanswered: down, bad: down: silent 6.6 s, no answer to 1 direct and 3 indirect probes
      60.0 silence: down
      190.0 heartbeat: down
      198.6 heartbeat: up, info: up again after 3m12s
      199.0 heartbeat: up"
    `);
  });

  it('takes an answer to a probe for a sign of life: a suspect is up again at once, a down node is not', () => {
    const lines: Line[] = [
      [3.7, silence(3.7)],
      [3.7, probing(3.7)],
      [4, answered],
      [4.2, unanswered(3.7, 0.2)],
      [8, silence(4)],
      [8, probing(4)],
      [8.5, unanswered(8, 4.5)],
      [9, probing(5)],
      [9.5, unanswered(9, 5.5)],
      [10.5, probing(6.5)],
      [11, unanswered(10.5, 7)],
      [12, answered],
    ];
    expect(transcript(UP, lines)).toMatchInlineSnapshot(`
      "3.7 silence: suspect, warn: suspected (phi 1.6, silent 3.7 s)
      3.7 probing: suspect
      4.0 answered: up, info: up again after 300ms
      4.2 unanswered: up
      8.0 silence: suspect, warn: suspected (phi 1.7, silent 4.0 s)
      8.0 probing: suspect
      8.5 unanswered: suspect
      9.0 probing: suspect
      9.5 unanswered: suspect
      10.5 probing: suspect
      11.0 unanswered: down, bad: down: silent 7.0 s, no answer to 1 direct and 3 indirect probes
      12.0 answered: down"
    `);
  });

  it('gives no verdict by probes that began before the silence was long enough', () => {
    const lines: Line[] = [
      [3.7, silence(3.7)],
      [3.7, probing(3.7)],
      [4.7, unanswered(3.7, 4.7)],
      [4.8, probing(4.8)],
      [5.8, unanswered(4.8, 5.8)],
      [5.9, probing(5.9)],
      [7, unanswered(5.9, 7)],
    ];
    expect(transcript(UP, lines)).toContain('7.0 unanswered: suspect');
  });

  it('gives no verdict by one or two rounds of probes, however long the silence', () => {
    const lines: Line[] = [
      [10, silence(10)],
      [10, probing(10)],
      [11, unanswered(10, 11)],
      [11.1, probing(11.1)],
      [12.2, unanswered(11.1, 12.2)],
      [12.3, probing(12.3)],
      [13.4, unanswered(12.3, 13.4)],
    ];
    expect(transcript(UP, lines)).toMatch(
      /11.0 unanswered: suspect\n.*\n12.2 unanswered: suspect\n.*\n13.4 unanswered: down/,
    );
  });

  it('counts rounds of probes anew after an answer, and after a stall of the own event loop', () => {
    const failing: Line[] = [
      [10, silence(10)],
      [10, probing(10)],
      [11, unanswered(10, 11)],
      [11.1, probing(11.1)],
      [12.2, unanswered(11.1, 12.2)],
    ];
    for (const interruption of [answered, { kind: 'stalled' } as const]) {
      const lines: Line[] = [
        ...failing,
        [12.3, interruption],
        [20, silence(8)],
        [20, probing(8)],
        [21, unanswered(20, 9)],
      ];
      expect(transcript(UP, lines)).toContain('21.0 unanswered: suspect');
    }
  });

  it('gives no verdict by probes that a stall of the own event loop interrupted', () => {
    const lines: Line[] = [
      [3.7, silence(3.7)],
      [3.7, probing(3.7)],
      [4.8, unanswered(3.7, 4.8)],
      [4.8, probing(4.8)],
      [5.9, unanswered(4.8, 5.9)],
      [6.5, probing(6.5)],
      [11, { kind: 'stalled' }],
      [11, unanswered(6.5, 6.5)],
    ];
    expect(transcript(UP, lines)).toContain('11.0 unanswered: suspect');
  });

  it('takes two heartbeats of a suspect to be up again, one for a node that was never heard', () => {
    const lines: Line[] = [
      [3.7, silence(3.7)],
      [3.8, heartbeat],
      [4.8, heartbeat],
    ];
    expect(transcript(UP, lines)).toMatch(/3.8 heartbeat: suspect\n4.8 heartbeat: up/);
    expect(transcript(unheard(0), [[0.4, heartbeat]])).toBe('0.4 heartbeat: up, info: up');
  });

  it('treats a node not heard since the start as suspect, then as down for that reason', () => {
    const lines: Line[] = [
      [0.2, probing(0.2)],
      [1.3, unanswered(0.2, 1.3)],
      [1.3, probing(1.3)],
      [2.4, unanswered(1.3, 2.4)],
      [6.2, probing(6.2)],
      [7.3, unanswered(6.2, 7.3, 1)],
    ];
    expect(reasonOf(unheard(0))).toBe('not heard yet');
    expect(transcript(unheard(0), lines)).toMatchInlineSnapshot(`
      "0.2 probing: suspect
      1.3 unanswered: suspect
      1.3 probing: suspect
      2.4 unanswered: suspect
      6.2 probing: suspect
      7.3 unanswered: down, bad: down: not heard since start, 7.3 s, no answer to 1 direct and 1 indirect probe"
    `);
  });

  it('believes a node that says it stops, at once and only once', () => {
    const lines: Line[] = [
      [10, stopping],
      [11, stopping],
    ];
    expect(transcript(UP, lines)).toBe(
      '10.0 left: down, bad: down: it is stopping\n11.0 left: down',
    );
  });

  it('starts probing at once, again each second, and once more when the silence allows a verdict', () => {
    const suspect = (probe: {
      startedMs: number;
      silentMs: number;
      running: boolean;
    }): Suspicion => ({
      kind: 'suspect',
      sinceMs: 0,
      reason: '',
      freshHeartbeats: 0,
      probe: { ...probe, failed: 1 },
    });
    expect(wantsProbe(unheard(0), 250, 250)).toBe(true);
    expect(wantsProbe(UP, 9000, 9000)).toBe(false);
    const ended = suspect({ startedMs: 4000, silentMs: 4000, running: false });
    expect(wantsProbe(ended, 4900, 4900)).toBe(false);
    expect(wantsProbe(ended, 5000, 5000)).toBe(true);
    expect(
      wantsProbe(suspect({ startedMs: 4000, silentMs: 4000, running: true }), 9000, 9000),
    ).toBe(false);
    const justBefore = suspect({ startedMs: 5900, silentMs: 5900, running: false });
    expect(wantsProbe(justBefore, 6000, 6000)).toBe(true);
  });
});
