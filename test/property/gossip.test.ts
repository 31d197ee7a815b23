import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  beat,
  mergeEndpoints,
  newEndpoint,
  stateFact,
  versionOf,
  type EndpointState,
} from '../../src/node/core/membership/endpoint-state.js';
import { EndpointTable } from '../../src/node/core/membership/endpoint-table.js';
import {
  answerDigests,
  applyDeltas,
  deltasFor,
  makeDigests,
} from '../../src/node/core/membership/gossip.js';
import { gossipBytes } from '../../src/node/core/membership/gossip-size.js';
import type { EndpointDelta } from '../../src/node/core/messages.js';

const NODE = '00000000000000aa';

/** Any knowledge of one endpoint, real or not: the laws must not depend on how it came about. */
const anyState = fc
  .record({
    boot: fc.integer({ min: 1, max: 3 }),
    nonce: fc.constantFrom('a', 'b'),
    heartbeat: fc.integer({ min: 0, max: 6 }),
    facts: fc.uniqueArray(
      fc.record({
        name: fc.constantFrom('epoch', 'address', 'status', 'sequence'),
        value: fc.constantFrom('x', 'y'),
        version: fc.integer({ min: 1, max: 6 }),
      }),
      { selector: (fact) => fact.name, maxLength: 4 },
    ),
  })
  // Merged with nothing, so that facts are in the order that states keep.
  .map((parts): EndpointState =>
    mergeEndpoints(newEndpoint({ nodeId: NODE, boot: 0, nonce: '' }), { nodeId: NODE, ...parts }),
  );

describe('merging knowledge of an endpoint', () => {
  it('is commutative', () => {
    fc.assert(
      fc.property(anyState, anyState, (a, b) => {
        expect(mergeEndpoints(a, b)).toEqual(mergeEndpoints(b, a));
      }),
    );
  });

  it('is associative', () => {
    fc.assert(
      fc.property(anyState, anyState, anyState, (a, b, c) => {
        const left = mergeEndpoints(mergeEndpoints(a, b), c);
        expect(left).toEqual(mergeEndpoints(a, mergeEndpoints(b, c)));
      }),
    );
  });

  it('is idempotent, and says so by returning the very same state', () => {
    fc.assert(
      fc.property(anyState, anyState, (a, b) => {
        const both = mergeEndpoints(a, b);
        expect(mergeEndpoints(both, a)).toBe(both);
        expect(mergeEndpoints(both, b)).toBe(both);
      }),
    );
  });
});

/** What an endpoint does to its own state; a restart forgets the facts and counts from one again. */
type OwnStep = 'beat' | 'restart' | { readonly name: string; readonly value: string };

const ownStep: fc.Arbitrary<OwnStep> = fc.oneof(
  fc.constant('beat' as const),
  { weight: 1, arbitrary: fc.constant('restart' as const) },
  {
    weight: 4,
    arbitrary: fc.record({
      name: fc.constantFrom('epoch', 'address', 'status', 'sequence'),
      value: fc.string({ maxLength: 40 }),
    }),
  },
);

function after(own: EndpointState, step: OwnStep): EndpointState {
  if (step === 'beat') return beat(own);
  if (step === 'restart') return beat(newEndpoint({ ...own, boot: own.boot + 1 }));
  return stateFact(own, step.name, step.value);
}

/** The part of a state up to a version: all that anybody can know who knows that version. */
function upTo(state: EndpointState, version: number): EndpointState {
  return {
    ...state,
    heartbeat: state.heartbeat <= version ? state.heartbeat : 0,
    facts: state.facts.filter((fact) => fact.version <= version),
  };
}

/**
 * True when `known` is what somebody may hold who knows a moment of the owner up to a version: all of it, and of what the owner
 * has stated anew since then at most the old form.
 */
function isKnowledgeOf(known: EndpointState, moment: EndpointState, version: number): boolean {
  const cut = upTo(moment, version);
  const restated = new Set(
    moment.facts.filter((fact) => fact.version > version).map((fact) => fact.name),
  );
  const held = upTo(known, version).facts.filter((fact) => !restated.has(fact.name));
  const heartbeat = moment.heartbeat > version || known.heartbeat === cut.heartbeat;
  return heartbeat && textOf(held) === textOf(cut.facts);
}

function textOf(facts: EndpointState['facts']): string {
  return facts
    .map(({ name, value, version }) => JSON.stringify([name, value, version]))
    .sort()
    .join();
}

const IDS = ['01', '02', '03', '04'].map((tail) => tail.padStart(16, '0'));

function tables(): EndpointTable[] {
  return IDS.map((nodeId) => {
    const table = new EndpointTable(beat(newEndpoint({ nodeId, boot: 1, nonce: 'n' })));
    table.admitOnly(new Set(IDS));
    return table;
  });
}

interface Meeting {
  readonly from: number;
  readonly to: number;
  readonly rotation: number;
  readonly budgetBytes: number;
  /** How many of the three messages arrive. */
  readonly arrive: number;
}

const meeting = fc.record({
  from: fc.nat(3),
  to: fc.nat(3),
  rotation: fc.nat(10),
  budgetBytes: fc.integer({ min: 260, max: 600 }),
  arrive: fc.nat(3),
});

function meet([a, b]: readonly [EndpointTable, EndpointTable], how: Meeting): number[] {
  const sizes: number[] = [];
  const turn = { rotation: how.rotation, round: 0, budgetBytes: how.budgetBytes };
  const sent = (
    digests: Parameters<typeof gossipBytes>[0],
    deltas: readonly EndpointDelta[],
  ): void => void sizes.push(gossipBytes(digests, deltas));
  const digests = makeDigests(a, turn);
  sent(digests.digests, []);
  if (how.arrive < 1) return sizes;
  const answer = answerDigests(b, { ...digests, from: a.selfId }, turn);
  sent(answer.wanted, answer.deltas);
  if (how.arrive < 2) return sizes;
  applyDeltas(a, answer.deltas, 0);
  const deltas = deltasFor(a, answer.wanted, turn);
  sent([], deltas);
  if (how.arrive === 3) applyDeltas(b, deltas, 0);
  return sizes;
}

const history = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('own' as const), node: fc.nat(3), step: ownStep }),
    fc.record({ kind: fc.constant('meet' as const), meeting }),
  ),
  // As long as allowed: short histories cut nothing and lose nothing.
  { maxLength: 60, size: 'max' },
);

describe('reconciliation by digests and deltas', () => {
  it('never takes a version for known without all that came before it, whatever is cut or lost', () => {
    fc.assert(
      fc.property(history, (steps) => {
        const all = tables();
        // Every version that an endpoint ever had, by boot.
        const truth = new Map<string, EndpointState[]>();
        const record = (state: EndpointState): void => {
          const key = `${state.nodeId}/${state.boot}`;
          truth.set(key, [...(truth.get(key) ?? []), state]);
        };
        for (const table of all) record(table.self());
        for (const step of steps) {
          if (step.kind === 'own') {
            const table = all[step.node]!;
            table.setSelf(after(table.self(), step.step), 0);
            record(table.self());
          } else if (step.meeting.from !== step.meeting.to) {
            const { from, to } = step.meeting;
            const sizes = meet([all[from]!, all[to]!], step.meeting);
            for (const size of sizes) expect(size).toBeLessThanOrEqual(step.meeting.budgetBytes);
          }
        }
        for (const table of all) {
          for (const known of table.states()) {
            const ever = truth.get(`${known.nodeId}/${known.boot}`) ?? [];
            const version = versionOf(known);
            expect(ever.some((moment) => isKnowledgeOf(known, moment, version))).toBe(true);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('makes all tables equal once everybody has met everybody often enough', () => {
    fc.assert(
      fc.property(history, (steps) => {
        const all = tables();
        for (const step of steps) {
          if (step.kind === 'own') {
            const table = all[step.node]!;
            table.setSelf(after(table.self(), step.step), 0);
          } else if (step.meeting.from !== step.meeting.to) {
            meet([all[step.meeting.from]!, all[step.meeting.to]!], step.meeting);
          }
        }
        for (let rotation = 0; rotation < 24; rotation++) {
          for (const a of all) {
            for (const b of all) {
              const how = { from: 0, to: 0, rotation, budgetBytes: 500, arrive: 3 };
              if (a !== b) meet([a, b], how);
            }
          }
        }
        for (const owner of all)
          for (const table of all) expect(table.get(owner.selfId)).toEqual(owner.self());
      }),
      { numRuns: 100 },
    );
  });

  it('gives the same table in whatever order deltas arrive, and however often', () => {
    fc.assert(
      fc.property(
        fc.array(anyState, { maxLength: 8 }),
        fc.infiniteStream(fc.nat()),
        (deltas, draw) => {
          const observer = (): EndpointTable => {
            const table = new EndpointTable(newEndpoint({ nodeId: IDS[0]!, boot: 1, nonce: 'n' }));
            table.admitOnly(new Set([NODE]));
            return table;
          };
          const [inOrder, shuffled] = [observer(), observer()];
          applyDeltas(inOrder, deltas, 0);
          const keyed = [...deltas, ...deltas].map((delta) => [draw.next().value, delta] as const);
          for (const [, delta] of keyed.toSorted(([a], [b]) => a - b))
            applyDeltas(shuffled, [delta], 0);
          expect(shuffled.get(NODE)).toEqual(inOrder.get(NODE));
        },
      ),
    );
  });
});
