import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RecordDigest } from '../../../src/node/core/messages.js';
import {
  ReadQuorum,
  type ReadAsk,
  type ReadStep,
} from '../../../src/node/core/quorum/read-quorum.js';
import { compareDigests, sameDigest } from '../../../src/node/core/quorum/record-digest.js';
import type { Requirement } from '../../../src/node/core/quorum/requirement.js';
import { arbitraryDigest, arbitraryRequirement } from './arbitraries.js';

/** What a replica does with each question: the copies it has at the first and at a later one, and whether it is lost instead. */
interface Script {
  readonly first: RecordDigest | undefined;
  readonly later: RecordDigest | undefined;
  readonly losesFirst: boolean;
  readonly losesLater: boolean;
}

interface Scene {
  readonly replicas: number;
  readonly requirement: Requirement;
  readonly order: readonly number[];
  readonly wantsRecord: boolean;
  readonly scripts: readonly Script[];
  /** Which of the open questions is answered next, and when everybody open is called late. */
  readonly choices: readonly { readonly pick: number; readonly silence: boolean }[];
}

const script = fc
  .record({
    first: arbitraryDigest,
    second: arbitraryDigest,
    losesFirst: fc.boolean(),
    losesLater: fc.boolean(),
  })
  .map(({ first, second, ...rest }): Script => {
    // A replica never goes back.
    const later = compareDigests(second, first) > 0 ? second : first;
    return { first, later, ...rest };
  });

const scenes: fc.Arbitrary<Scene> = fc.integer({ min: 1, max: 5 }).chain((replicas) =>
  fc.record({
    replicas: fc.constant(replicas),
    requirement: arbitraryRequirement(replicas),
    order: fc.shuffledSubarray(
      Array.from({ length: replicas }, (_, i) => i),
      { minLength: 0 },
    ),
    wantsRecord: fc.boolean(),
    scripts: fc.array(script, { minLength: replicas, maxLength: replicas }),
    choices: fc.array(fc.record({ pick: fc.nat(20), silence: fc.boolean() }), {
      minLength: 30,
      maxLength: 30,
    }),
  }),
);

interface Run {
  readonly end: ReadStep;
  readonly asks: readonly ReadAsk[];
  /** What each replica last said; absent for one that was lost or never answered. */
  readonly said: ReadonlyMap<number, { digest: RecordDigest | undefined; full: boolean }>;
  readonly lost: ReadonlySet<number>;
}

/** Plays a scene to its end and keeps its own books of who said what. */
function play(scene: Scene): Run {
  const machine = new ReadQuorum(scene, scene.replicas);
  const open: ReadAsk[] = [];
  const asks: ReadAsk[] = [];
  const said = new Map<number, { digest: RecordDigest | undefined; full: boolean }>();
  const lost = new Set<number>();
  for (let turn = 0; turn < 200; turn++) {
    const { pick, silence } = scene.choices[turn] ?? { pick: 0, silence: false };
    const step = machine.next();
    if (step.kind === 'ask') {
      for (const ask of step.asks) {
        expect(scene.order).toContain(ask.replica);
        expect(open.map(({ replica }) => replica)).not.toContain(ask.replica);
        expect(lost).not.toContain(ask.replica);
        open.push(ask);
      }
      asks.push(...step.asks);
      continue;
    }
    if (step.kind !== 'wait') return { end: step, asks, said, lost };
    if (silence) {
      machine.silence();
      continue;
    }
    expect(open.length, 'it waits for somebody').toBeGreaterThan(0);
    for (const ask of open.splice(pick % open.length, 1)) deliver(ask);
  }
  return expect.unreachable('a read ends after a bounded number of answers');

  function deliver({ replica, mode }: ReadAsk): void {
    const { first, later, losesFirst, losesLater } = scene.scripts[replica]!;
    const again = said.has(replica);
    if (again ? losesLater : losesFirst) {
      machine.lose(replica);
      said.delete(replica);
      lost.add(replica);
      return;
    }
    const answer = { digest: again ? later : first, full: mode === 'value' };
    machine.answer(replica, answer);
    said.set(replica, answer);
  }
}

function isMet({ groups }: Requirement, who: (replica: number) => boolean): boolean {
  return groups.every(({ members, needed }) => members.filter(who).length >= needed);
}

function check(scene: Scene, { end, said, lost }: Run): void {
  const digests = [...said.values()].map(({ digest }) => digest);
  const equal = digests.every((digest) => sameDigest(digest, digests[0]));
  switch (end.kind) {
    case 'agreed': {
      expect(isMet(scene.requirement, (replica) => said.has(replica))).toBe(true);
      expect(equal).toBe(true);
      if (scene.wantsRecord && digests[0] !== undefined) expect(end.from).toBeDefined();
      if (end.from !== undefined) expect(said.get(end.from)).toMatchObject({ full: true });
      return;
    }
    case 'differ': {
      expect(isMet(scene.requirement, (replica) => said.has(replica))).toBe(true);
      expect(equal).toBe(false);
      const newest = digests.reduce((a, b) => (compareDigests(a, b) >= 0 ? a : b));
      const held = end.newest.map((replica) => said.get(replica));
      for (const answer of held) expect(answer).toMatchObject({ full: true });
      const wanted = digests.filter((digest) => compareDigests(digest, newest) === 0);
      for (const digest of wanted)
        expect(held.some((answer) => sameDigest(answer?.digest, digest))).toBe(true);
      return;
    }
    case 'impossible': {
      const alive = (replica: number): boolean =>
        scene.order.includes(replica) && !lost.has(replica);
      expect(isMet(scene.requirement, alive)).toBe(false);
      return;
    }
    case 'ask':
    case 'wait':
      expect.unreachable(`it ended with ${end.kind}`);
  }
}

describe('read quorum', () => {
  it('ends every schedule of answers, losses and silences as its books demand', () => {
    const ends = new Set<string>();
    fc.assert(
      fc.property(scenes, (scene) => {
        const run = play(scene);
        ends.add(run.end.kind);
        check(scene, run);
      }),
      { numRuns: 5000 },
    );
    // The scenes reach every end, so that each branch above was checked.
    expect([...ends].sort()).toEqual(['agreed', 'differ', 'impossible']);
  });

  it('asks no more replicas than the level needs while none is lost or late, and one of them for the record', () => {
    const calm = scenes.map((scene): Scene => ({
      ...scene,
      order: Array.from({ length: scene.replicas }, (_, i) => i),
      scripts: scene.scripts.map((each) => ({
        ...each,
        later: each.first,
        losesFirst: false,
        losesLater: false,
      })),
      choices: scene.choices.map((each) => ({ ...each, silence: false })),
    }));
    fc.assert(
      fc.property(calm, (scene) => {
        const { asks, end } = play(scene);
        const needed = scene.requirement.groups.reduce((sum, group) => sum + group.needed, 0);
        const distinct = new Set(asks.map(({ replica }) => replica)).size;
        expect(distinct).toBeLessThanOrEqual(needed);
        // Overlapping groups may be met before the one that was asked for the record has answered.
        if (scene.requirement.groups.length > 1) return;
        expect(distinct).toBe(needed);
        if (end.kind !== 'agreed') return;
        const records = asks.filter(({ mode }) => mode === 'value').length;
        expect(records).toBe(scene.wantsRecord ? 1 : 0);
      }),
      { numRuns: 2000 },
    );
  });
});
