import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeRecord } from '../../src/node/core/version/record-codec.js';
import { compareRecords, reconcile } from '../../src/node/core/version/reconcile.js';
import type { StoredRecord } from '../../src/node/core/version/record.js';
import type { ApplyOutcome, ReadOutcome } from '../../src/node/store/mutation.js';
import { SHARD_FOLDER } from '../../src/node/store/store.js';
import { Prng } from '../../src/stdx/prng.js';
import { dataKeyOf, mutation, StoreUnderTest, turn } from '../unit/node/store/store-harness.js';
import type { Shape } from '../unit/node/store/store-harness.js';

const KEYS = ['a', 'b', 'c'];

/** One mutation that was sent, and what was said about it; `life` counts crashes. */
interface Sent {
  readonly key: string;
  readonly record: StoredRecord;
  readonly repair: boolean;
  readonly life: number;
  outcome: ApplyOutcome | undefined;
}

interface Seen {
  readonly key: string;
  /** Everything acknowledged for the key when the read was asked for. */
  readonly acknowledged: StoredRecord | undefined;
  outcome: ReadOutcome | undefined;
}

function recordOf(shape: Shape): StoredRecord {
  const record = decodeRecord(dataKeyOf(shape.key), mutation(shape).record);
  if (typeof record === 'string') throw new Error(record);
  return record;
}

/**
 * A store under random mutations, reads, orders of disk steps and crashes, beside the naive model:
 * a key holds the winner of all that was acknowledged, and never goes back.
 */
class Run {
  readonly #prng: Prng;
  readonly #under: StoreUnderTest;
  readonly sent: Sent[] = [];
  readonly seen: Seen[] = [];
  #life = 0;
  /** What a key was seen to hold: by then it was durable. */
  readonly #floor = new Map<string, StoredRecord | undefined>();

  constructor(seed: number, under: StoreUnderTest) {
    this.#prng = new Prng(seed);
    this.#under = under;
  }

  async step(): Promise<void> {
    const { gate } = this.#under;
    const draw = this.#prng.int(100);
    if (draw < 45) this.#apply();
    else if (draw < 60) this.#read();
    else if (draw < 70) gate.shut(this.#prng.int(2) === 0 ? 'read' : 'sync');
    else if (draw < 96) {
      if (gate.waiting > 0) await gate.release(this.#prng.int(gate.waiting));
    } else if (draw < 98) await gate.open();
    else await this.#crash();
    if (this.#prng.int(3) === 0) await turn();
  }

  async finish(): Promise<void> {
    await this.#under.gate.open();
    await turn();
    for (const each of this.sent) if (each.life === this.#life) expect(each.outcome).toBeDefined();
    for (const key of KEYS) await this.#check(key);
  }

  #apply(): void {
    const shape = {
      key: KEYS[this.#prng.int(KEYS.length)]!,
      ms: 1 + this.#prng.int(12),
      value: String(this.#prng.int(3)),
      repair: this.#prng.int(4) === 0,
    };
    const { key, repair } = shape;
    const sent: Sent = {
      key,
      repair,
      record: recordOf(shape),
      life: this.#life,
      outcome: undefined,
    };
    this.sent.push(sent);
    this.#under.store.apply(mutation(shape), (outcome) => {
      expect(sent.outcome).toBeUndefined();
      sent.outcome = outcome;
      if (outcome.kind === 'superseded') this.#checkSuperseded(sent, outcome.version);
    });
  }

  #read(): void {
    const key = KEYS[this.#prng.int(KEYS.length)]!;
    const seen: Seen = { key, acknowledged: this.#acknowledged(key), outcome: undefined };
    this.seen.push(seen);
    const { namespace, token, key: bytes } = mutation({ key, ms: 1 });
    this.#under.store.read({ namespace, token, key: bytes }, (outcome) => {
      seen.outcome = outcome;
      const held = heldBy(outcome);
      expect(reconcile(held, seen.acknowledged)).toBe(held);
      // What a read showed can be lost to nothing: a later crash must leave it or something newer.
      this.#floor.set(key, reconcile(this.#floor.get(key), held));
    });
  }

  #checkSuperseded(sent: Sent, version: Sent['record']['version']): void {
    const newer = this.sent.filter(
      ({ key, record }) =>
        key === sent.key &&
        compareRecords(record, sent.record) > 0 &&
        record.version.ms === version.ms,
    );
    expect(sent.repair).toBe(false);
    expect(newer.length).toBeGreaterThan(0);
  }

  #acknowledged(key: string): StoredRecord | undefined {
    let winner: StoredRecord | undefined;
    for (const each of this.sent)
      if (each.key === key && each.outcome?.kind === 'written')
        winner = reconcile(winner, each.record);
    return winner;
  }

  async #crash(): Promise<void> {
    this.#life += 1;
    this.#under.disk.crash(this.#prng.int(2) === 0 ? 'lost' : 'kept');
    await this.#under.gate.open();
    await this.#under.reopen();
    for (const key of KEYS) await this.#check(key);
  }

  /** The key holds something that was sent, and nothing less than what was acknowledged or shown. */
  async #check(key: string): Promise<void> {
    const held = heldBy(await this.#under.read(key));
    for (const least of [this.#acknowledged(key), this.#floor.get(key)])
      expect(reconcile(held, least)?.encoded).toEqual(held?.encoded);
    const sent = this.sent.filter((each) => each.key === key);
    if (held !== undefined)
      expect(sent.some(({ record }) => compareRecords(record, held) === 0)).toBe(true);
    // Without a crash in between there is no doubt: exactly the winner of what was acknowledged.
    if (this.#life === 0 && sent.every(({ outcome }) => outcome !== undefined))
      expect(held?.encoded).toEqual(this.#acknowledged(key)?.encoded);
  }
}

function heldBy(outcome: ReadOutcome): StoredRecord | undefined {
  if (outcome.kind === 'missing') return undefined;
  if (outcome.kind !== 'found') throw new Error(outcome.kind);
  return outcome.record;
}

it('under any interleaving and crashes the store equals the model', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer(), async (seed) => {
      const under = await StoreUnderTest.open();
      const run = new Run(seed, under);
      for (let i = 0; i < 150; i++) await run.step();
      await run.finish();
      expect(under.failures).toEqual([]);
    }),
    { numRuns: 120 },
  );
});

it('a corrupt copy is replaced by repairs alone, in any mixture', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ ms: fc.integer({ min: 1, max: 9 }), repair: fc.boolean() }), {
        minLength: 1,
        maxLength: 8,
      }),
      async (shapes) => {
        const under = await StoreUnderTest.open();
        await under.apply({ ms: 5 });
        under.disk.damage(SHARD_FOLDER, dataKeyOf(), (value) => value.fill(1, 2, 4));
        const outcomes = await Promise.all(shapes.map((shape) => under.apply(shape)));
        const firstRepair = shapes.findIndex(({ repair }) => repair);
        const refused = firstRepair < 0 ? shapes.length : firstRepair;
        const kinds = outcomes.map(({ kind }) => kind);
        expect(kinds.slice(0, refused).every((kind) => kind === 'corrupt')).toBe(true);
        expect(kinds.slice(refused)).not.toContain('corrupt');
        const best = Math.max(...shapes.slice(refused).map(({ ms }) => ms));
        expect(await under.textOf()).toBe(firstRepair < 0 ? '(corrupt)' : `v${best}`);
      },
    ),
  );
});
