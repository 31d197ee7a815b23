import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BadFrame } from '../../src/client/grpc/wire/bad-frame.js';
import {
  RepairRequest as RequestMessage,
  RepairResponse as ResponseMessage,
} from '../../src/generated/kv/peer/v1/peer.js';
import type { RepairQuestion, RepairReply } from '../../src/node/core/repair/repair-messages.js';
import { SLOT_PARTS, type PartRun } from '../../src/node/core/repair/slot-parts.js';
import { KvError } from '../../src/node/core/errors.js';
import type { RangeRepairResult } from '../../src/node/repair/range-result.js';
import { SLOT_COUNT } from '../../src/node/core/ring/token.js';
import {
  repairQuestionOf,
  repairReplyBody,
  repairReplyOf,
  repairRequestBody,
} from '../../src/node/io/grpc/wire/repair-message.js';
import { ThreeReplicas } from '../unit/node/repair/three-replicas.js';

const u32 = fc.nat(0xffff_ffff);
const slots = fc.nat(SLOT_COUNT - 1);
const sums = fc
  .nat(4)
  .chain((k) => fc.uint32Array({ minLength: 2 ** (k + 1), maxLength: 2 ** (k + 1) }));
const parts: fc.Arbitrary<PartRun> = fc
  .tuple(fc.nat(SLOT_PARTS - 1), fc.integer({ min: 1, max: SLOT_PARTS }))
  .map(([from, length]) => ({ from, to: Math.min(SLOT_PARTS, from + length) }));

const questions: fc.Arbitrary<RepairQuestion> = fc.oneof(
  fc.record({
    kind: fc.constant('sums' as const),
    slots: fc.array(slots, { maxLength: 20 }),
    seed: fc.record({ hi: u32, lo: u32 }),
  }),
  fc.record({
    kind: fc.constant('hashes' as const),
    runs: fc.array(
      slots.map((from) => ({ from, to: from + 1 })),
      { maxLength: 5 },
    ),
    pieces: u32,
  }),
  fc.record({
    kind: fc.constant('list' as const),
    slot: slots,
    after: fc.option(fc.uint8Array({ minLength: 10, maxLength: 30 }), { nil: undefined }),
    parts: fc.array(parts, { maxLength: 20 }),
  }),
);
const replies: fc.Arbitrary<RepairReply> = fc.record({
  kind: fc.constant('sums' as const),
  slots: fc.array(fc.option(sums, { nil: undefined }), { minLength: 1, maxLength: 10 }),
});

function travelled(question: RepairQuestion): RequestMessage['body'] {
  const body = repairRequestBody(question);
  const message = { hello: undefined, remainingMs: 1, epoch: 1, namespace: 1, body };
  return RequestMessage.decode(RequestMessage.encode(message).finish()).body;
}

describe('questions and answers about parts of slots', () => {
  it('come as they were sent', () => {
    fc.assert(
      fc.property(questions, (question) => {
        expect(repairQuestionOf(travelled(question))).toEqual(question);
      }),
    );
    fc.assert(
      fc.property(replies, (reply) => {
        const message = { hello: undefined, body: repairReplyBody(reply) };
        const { body } = ResponseMessage.decode(ResponseMessage.encode(message).finish());
        expect(repairReplyOf(body)).toEqual(reply);
      }),
    );
  });

  it('that make no sense end the connection', () => {
    const runs = [{ from: 1, to: 2 }];
    const hashes = (value: object): RequestMessage['body'] => ({
      $case: 'hashes',
      value: { runs, pieces: 1, sumSeed: new Uint8Array(8), ...value },
    });
    const list = (from: number, to: number): RequestMessage['body'] => ({
      $case: 'list',
      value: { slot: 1, after: undefined, parts: [{ from, to }] },
    });
    const bad = [
      hashes({ sumSeed: new Uint8Array(7) }),
      hashes({ sumSeed: new Uint8Array(0) }),
      hashes({ runs: [{ from: 1, to: 3 }] }),
      list(5, 5),
      list(1023, 1025),
    ];
    for (const body of bad) expect(() => repairQuestionOf(body)).toThrow(BadFrame);
    for (const length of [0, 7, 24, 8 * 2 * SLOT_PARTS]) {
      const hashed = { hashes: new Uint8Array(0), sums: [{ sums: new Uint8Array(length) }] };
      expect(() => repairReplyOf({ $case: 'hashed', value: hashed })).toThrow(BadFrame);
    }
  });
});

/** What one replica has of one key: nothing, a value or a tombstone with a stamp. */
const copies = fc.oneof(
  { weight: 2, arbitrary: fc.constant(undefined) },
  {
    weight: 5,
    arbitrary: fc.record({ ms: fc.integer({ min: 1, max: 9 }), tombstone: fc.boolean() }),
  },
);
const triples = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<readonly [T, T, T]> => fc.tuple(of, of, of);
/** Keys of one slot: equal on all, or whatever the replicas came to have; some cannot be read. */
const keys = fc.record({
  offset: fc.nat(4095),
  copies: fc.oneof(
    { weight: 4, arbitrary: copies.map((copy) => [copy, copy, copy] as const) },
    { weight: 1, arbitrary: triples(copies) },
  ),
  rotten: fc.option(fc.nat(2), { nil: undefined, freq: 10 }),
});
const states = fc.record({
  keys: fc.uniqueArray(keys, {
    selector: ({ offset }) => offset >> 1,
    minLength: 12,
    maxLength: 40,
  }),
  floors: triples(fc.nat(9)),
});

type State = typeof states extends fc.Arbitrary<infer T> ? T : never;

async function replicasWith({ keys: some, floors }: State): Promise<ThreeReplicas> {
  const replicas = await ThreeReplicas.open();
  for (const one of some) {
    const key = `@${one.offset}:`;
    for (const [i, copy] of one.copies.entries()) {
      if (copy?.tombstone === true) await replicas.bury(key, copy.ms, [i]);
      else if (copy !== undefined) await replicas.put(key, copy, [i]);
    }
    const { rotten } = one;
    if (rotten !== undefined && one.copies[rotten] !== undefined) replicas.rot(key, rotten);
  }
  for (const [i, floor] of floors.entries()) if (floor > 0) await replicas.raiseFloor(floor, [i]);
  return replicas;
}

/** What was done, or how many copies cannot be read: nobody heals them here. */
async function endOf(replicas: ThreeReplicas): Promise<RangeRepairResult | string> {
  try {
    return await replicas.repair();
  } catch (error) {
    if (error instanceof KvError && error.code === 'KV_CORRUPT') return error.message;
    throw error;
  }
}

describe('a repair that lists parts of slots', () => {
  it('does what one does that lists slots whole', async () => {
    await fc.assert(
      fc.asyncProperty(states, async (state) => {
        const [inParts, whole] = [await replicasWith(state), await replicasWith(state)];
        whole.old = [0, 1, 2];
        const done = await endOf(inParts);
        const { listed } = inParts;
        expect(await endOf(whole)).toEqual(done);
        expect(inParts.contents()).toEqual(whole.contents());
        const floors = [inParts, whole].map((replicas) =>
          [0, 1, 2].map((i) => replicas.floorOf('@0:', i)),
        );
        expect(floors[0]).toEqual(floors[1]);
        expect(listed).toBeLessThanOrEqual(whole.listed);
      }),
      { numRuns: 25 },
    );
  });
});
