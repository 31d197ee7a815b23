import { describe, expect, it } from 'vitest';
import {
  FailureDetector,
  type Diagnosis,
  type ProbeTicket,
  type Transition,
} from '../../../../../src/node/core/membership/failure-detector.js';
import { assert } from '../../../../../src/stdx/assert.js';

const TICK = 250;

/** A detector that watches node `a`, ticked regularly; what changed, as text. */
class Story {
  readonly detector = new FailureDetector(0);
  readonly told: string[] = [];
  nowMs = 0;
  #dueMs = TICK;

  constructor(ids: readonly string[] = ['a']) {
    this.detector.watchOnly(new Set(ids), 0);
  }

  /** Time passes with heartbeats of `a` each second, or in silence. */
  pass(durationMs: number, beats: boolean): void {
    const endMs = this.nowMs + durationMs;
    while (this.nowMs < endMs) {
      this.nowMs += TICK;
      this.observe();
      if (beats && this.nowMs % 1000 === 0)
        this.tell(this.detector.heartbeat('a', false, this.nowMs));
      for (const transition of this.detector.tick(this.nowMs)) this.tell(transition);
    }
  }

  /** The own event loop stands still. */
  stall(durationMs: number): void {
    this.nowMs += durationMs;
    this.observe();
  }

  observe(): void {
    this.detector.observeTimer(this.#dueMs, this.nowMs);
    this.#dueMs = this.nowMs + TICK;
  }

  diagnosis(): Diagnosis {
    const diagnosis = this.detector.diagnose('a', this.nowMs);
    assert(diagnosis !== undefined, 'a is watched');
    return diagnosis;
  }

  beginProbe(): ProbeTicket {
    const [ticket] = this.detector.beginProbes(1, this.nowMs);
    assert(ticket !== undefined, 'a probe was due');
    return ticket;
  }

  tell(transition: Transition | undefined): void {
    if (transition === undefined) return;
    const at = (this.nowMs / 1000).toFixed(2);
    this.told.push(`${at} ${transition.nodeId} ${transition.event.message}`);
  }
}

describe('the failure detector', () => {
  it('takes a node it does not watch for down, a new one for suspect', () => {
    const { detector } = new Story();
    expect(detector.stateOf('a')).toBe('suspect');
    expect(detector.stateOf('b')).toBe('down');
    expect(detector.heartbeat('b', true, 0)).toBeUndefined();
    expect(detector.diagnose('b', 0)).toBeUndefined();
  });

  it('suspects after 3.5 s of silence and counts the age from the last heartbeat', () => {
    const story = new Story();
    story.pass(30_000, true);
    story.pass(4_000, false);
    expect(story.told).toEqual(['1.00 a up', '33.50 a suspected (phi 1.5, silent 3.5 s)']);
    expect(story.detector.diagnose('a', story.nowMs)).toMatchObject({
      liveness: 'suspect',
      forMs: 500,
      silentMs: 4000,
      reason: 'phi 1.5, silent 3.5 s',
    });
  });

  it('waits longer for a node whose heartbeats are rare, and does not learn an outage as rhythm', () => {
    const story = new Story();
    const beatEvery = (intervalMs: number, count: number): void => {
      for (let i = 0; i < count; i++) {
        story.pass(intervalMs, false);
        story.tell(story.detector.heartbeat('a', false, story.nowMs));
      }
    };
    beatEvery(3000, 40);
    expect(story.told).toHaveLength(1);
    story.pass(9_000, false);
    expect(story.detector.stateOf('a')).toBe('up');
    story.pass(100_000, false);
    expect(story.detector.stateOf('a')).toBe('suspect');
    const { phi } = story.diagnosis();
    story.tell(story.detector.heartbeat('a', true, story.nowMs));
    expect(story.detector.stateOf('a')).toBe('up');
    story.pass(3000, false);
    expect(story.diagnosis().phi).toBeCloseTo((phi / 109_000) * 3000, 2);
  });

  it('blames nobody for a silence that was its own stall', () => {
    const story = new Story();
    story.pass(10_000, true);
    story.stall(30_000);
    for (const transition of story.detector.tick(story.nowMs)) story.tell(transition);
    expect(story.detector.stateOf('a')).toBe('up');
    expect(story.diagnosis().silentMs).toBe(250);
    // Nobody was heard after it: the suspicion comes, but later than usual.
    story.pass(8_000, false);
    expect(story.told.at(-1)).toMatch(/suspected \(phi 2\.\d, silent [56]\.\d s\)/);
  });

  it('voids a round of probes that a stall interrupted', () => {
    const story = new Story();
    story.pass(3_000, true);
    story.pass(6_500, false);
    const ticket = story.beginProbe();
    expect(ticket).toEqual({ nodeId: 'a', startedMs: 9500 });
    story.stall(3_000);
    expect(story.detector.unanswered(ticket, 3, story.nowMs)).toBeUndefined();
    expect(story.detector.stateOf('a')).toBe('suspect');
    for (const verdict of [undefined, undefined, 'down']) {
      const again = story.beginProbe();
      const transition = story.detector.unanswered(again, 3, story.nowMs + 600);
      expect(transition?.to).toBe(verdict);
      story.nowMs += 1_000;
    }
  });

  it('probes no more nodes at once than there is room, the longest silent first', () => {
    const story = new Story(['a', 'b', 'c']);
    story.detector.heartbeat('b', false, 100);
    story.nowMs = 100;
    story.pass(10_000, false);
    expect(story.detector.beginProbes(2, story.nowMs).map((ticket) => ticket.nodeId)).toEqual([
      'a',
      'c',
    ]);
    expect(story.detector.beginProbes(2, story.nowMs).map((ticket) => ticket.nodeId)).toEqual([
      'b',
    ]);
    expect(story.detector.beginProbes(2, story.nowMs)).toEqual([]);
  });

  it('forgets a node that is no longer watched, and gives a new one its chance', () => {
    const story = new Story();
    story.pass(60_000, false);
    story.detector.watchOnly(new Set(['b']), story.nowMs);
    expect(story.detector.stateOf('a')).toBe('down');
    expect(story.detector.diagnose('b', story.nowMs)).toMatchObject({
      liveness: 'suspect',
      silentMs: 0,
    });
    expect(story.detector.answered('a', story.nowMs)).toBeUndefined();
    expect(story.detector.left('a', 'gone', story.nowMs)).toBeUndefined();
  });
});
