import type { RingLayout, TokenChoice } from '../../sim/ring/ring-layout.js';
import { medianStudy, studyRing, type RingStudy } from '../../sim/ring/ring-study.js';
import type { Tell } from './tell.js';

export interface RingPlan extends Omit<RingLayout, 'tokens'> {
  readonly nodes: number;
  readonly seeds: readonly number[];
}

/** The same ring with tokens as a real cluster chooses them, and with random ones; medians where there are several seeds. */
export interface RingReport extends RingPlan {
  readonly allocated: RingStudy;
  readonly random: RingStudy;
}

/** Grows and studies both rings for every seed. */
export async function measureRing(plan: RingPlan, tell: Tell): Promise<RingReport> {
  const allocated = await studyAll(plan, 'allocated', tell);
  return { ...plan, allocated, random: await studyAll(plan, 'random', tell) };
}

async function studyAll(plan: RingPlan, tokens: TokenChoice, tell: Tell): Promise<RingStudy> {
  const studies: RingStudy[] = [];
  for (const seed of plan.seeds) {
    const joins = studyRing({ layout: { ...plan, tokens }, nodes: plan.nodes, seed });
    let step = joins.next();
    for (; step.done !== true; step = joins.next()) {
      const joined = step.value;
      await tell(() => `${tokens} tokens, seed ${seed}: ${joined} of ${plan.nodes + 1} nodes`);
    }
    studies.push(step.value);
  }
  return medianStudy(studies);
}
