import type { PlanCheck, PlanChecks } from '../views/topology-views.js';

/** The checks that failed and hold a plan back, at this strictness. */
export function blockersOf(
  checks: readonly PlanCheck[],
  strictness: PlanChecks,
): readonly PlanCheck[] {
  const asked: Readonly<Record<PlanChecks, readonly PlanCheck['name'][]>> = {
    strict: ['running', 'dead', 'quorum', 'up', 'copies', 'disk', 'release'],
    enabled: ['running', 'dead', 'quorum', 'disk'],
    skip: ['running', 'dead'],
  };
  return checks.filter(({ name, passed }) => !passed && asked[strictness].includes(name));
}
