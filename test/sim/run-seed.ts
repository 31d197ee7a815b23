import { withSimHost } from '../../src/cli/sim/sim-host.js';
import type { SimReport } from '../../src/sim/run/report.js';
import { simulate } from '../../src/sim/run/simulate.js';
import type { SimOptions } from '../../src/sim/run/sim-options.js';

/** Five nodes and six clients for two virtual minutes under heavy faults, where nothing else is said. */
export async function runSeed(seed: number, options: Partial<SimOptions> = {}): Promise<SimReport> {
  const size = { nodes: 5, clients: 6, minutes: 2, faults: 'heavy' } as const;
  return await withSimHost((host) => simulate({ ...size, ...options, seed }, host));
}

/** What a report says when rules were broken: each with the command that shows it. */
export function brokenRules({ seed, minutes, violations }: SimReport): readonly string[] {
  return violations.map(
    ({ rule, message }) => `${rule}: ${message} (kv sim run --seed ${seed} --minutes ${minutes})`,
  );
}
