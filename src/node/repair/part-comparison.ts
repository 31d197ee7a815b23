import { KvError } from '../core/errors.js';
import { LIMITS } from '../core/limits.js';
import type { RepairReply } from '../core/repair/repair-messages.js';
import { differingParts, type PartRun } from '../core/repair/slot-parts.js';
import type { Random } from '../env/random.js';
import { askFor, type RepairPartner } from './repair-partner.js';

/** In which parts a slot differs; all of it when it is not known. */
export interface SlotDifference {
  readonly slot: number;
  readonly parts: readonly PartRun[] | undefined;
}

type Answer = Extract<RepairReply, { kind: 'sums' | 'hashes' }>;

/** Finds out, for a few bytes, in which parts of differing slots the copies are that differ: the rest need not be listed. */
export class PartComparison {
  readonly #partners: readonly RepairPartner[];
  readonly #random: Pick<Random, 'nextU32'>;
  #isKnown = true;

  constructor(partners: readonly RepairPartner[], random: Pick<Random, 'nextU32'>) {
    this.#partners = partners;
    this.#random = random;
  }

  /** How the first of these slots differ: as many as all partners sum at once, one at least. @throws KvError when a partner cannot be asked */
  async compare(slots: readonly number[]): Promise<readonly SlotDifference[]> {
    const some = slots.slice(0, LIMITS.repairSumSlots);
    const answers = this.#isKnown ? await this.#ask(some) : [];
    const sums = answers.flatMap((answer) => (answer.kind === 'sums' ? [answer.slots] : []));
    // A release that does not know the question takes it for one after hashes.
    this.#isKnown = sums.length === this.#partners.length;
    if (!this.#isKnown) return some.map((slot) => ({ slot, parts: undefined }));
    const summed = Math.min(some.length, ...sums.map(({ length }) => length));
    return some.slice(0, summed).map((slot, i) => {
      const replicas = sums.flatMap((of) => of[i] ?? []);
      const isSummed = replicas.length === this.#partners.length;
      return { slot, parts: isSummed ? differingParts(replicas) : undefined };
    });
  }

  async #ask(slots: readonly number[]): Promise<readonly Answer[]> {
    const seed = { hi: this.#random.nextU32(), lo: this.#random.nextU32() };
    return await Promise.all(
      this.#partners.map(async (partner) => {
        const answer = await askFor(partner, { kind: 'sums', slots, seed }, 'sums', 'hashes');
        if (answer.kind === 'sums' && answer.slots.length === 0)
          throw new KvError('KV_UNREACHABLE', `${partner.name} sums no slot`);
        return answer;
      }),
    );
  }
}
