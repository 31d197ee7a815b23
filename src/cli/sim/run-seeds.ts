import { minimize } from '../../sim/faults/shrink-schedule.js';
import { formatScenario } from '../../sim/faults/format-scenario.js';
import type { Scenario } from '../../sim/faults/scenario.js';
import type { SimReport } from '../../sim/run/report.js';
import { simulate } from '../../sim/run/simulate.js';
import type { SimHost, SimOptions } from '../../sim/run/sim-options.js';
import { storyOf, type StoryLine } from '../../sim/run/story.js';
import { NO_TOTALS, withRun, type Totals } from '../../sim/run/totals.js';
import type { Violation } from '../../sim/workload/history.js';
import type { SeedRange } from './sim-flags.js';

/** One seed, as it is told. */
interface SeedLine {
  readonly seed: number;
  readonly traceHash: string;
  readonly violations: number;
}

/** A seed that broke a rule. */
export interface FoundSeed {
  readonly seed: number;
  readonly violations: readonly Violation[];
  /** What happened around the first violation. */
  readonly story: readonly StoryLine[];
  /** The smallest scenario that still breaks the rule, as a file; undefined when it was not asked for. */
  readonly minimized: string | undefined;
}

export interface Campaign {
  readonly totals: Totals;
  readonly lines: readonly SeedLine[];
  /** The first ones that were found. */
  readonly found: readonly FoundSeed[];
  /** Real time of the runs, without what followed up on those that broke a rule. */
  readonly realMs: number;
}

export const NO_CAMPAIGN: Campaign = { totals: NO_TOTALS, lines: [], found: [], realMs: 0 };

export interface CampaignPlan {
  readonly seeds: SeedRange;
  readonly options: Omit<SimOptions, 'seed'>;
  readonly minimize: boolean;
}

export interface CampaignWatch {
  readonly nowMs: () => number;
  readonly ran: (campaign: Campaign) => Promise<void>;
  /** Told at once: the campaign may last for hours. */
  readonly broke: (seed: number, violation: Violation) => Promise<void>;
  readonly minimizing: (seed: number, tried: number) => Promise<void>;
  /** Within a seed: what share of its virtual time has passed. */
  readonly working: (campaign: Campaign, share: number) => Promise<void>;
}

/** Stories told in one campaign: more of them say the same. */
const STORIES = 3;
/** Runs that minimizing one seed may take. */
const MINIMIZE_RUNS = 80;

/** Runs seed after seed, and follows up on the first that break a rule. */
export async function runSeeds(
  plan: CampaignPlan,
  watch: CampaignWatch,
  host: SimHost,
): Promise<Campaign> {
  let campaign = NO_CAMPAIGN;
  const lines: SeedLine[] = [];
  for (let { from: seed } = plan.seeds; seed <= plan.seeds.to; seed++) {
    const startMs = watch.nowMs();
    const before = campaign;
    const tell = (passedMs: number, ofMs: number): Promise<void> =>
      watch.working(before, passedMs / ofMs);
    const report = await simulate({ ...plan.options, seed }, { ...host, tell });
    const realMs = campaign.realMs + watch.nowMs() - startMs;
    const { traceHash, violations } = report;
    if (violations[0] !== undefined) await watch.broke(seed, violations[0]);
    const follows = violations.length > 0 && campaign.found.length < STORIES;
    // One small scenario is enough to begin with, and each takes as long as a hundred seeds.
    const follow = { ...plan, minimize: plan.minimize && campaign.found.length === 0 };
    const found = follows ? [await followUp(follow, report, { watch, host })] : [];
    lines.push({ seed, traceHash, violations: violations.length });
    campaign = {
      totals: withRun(campaign.totals, report),
      lines,
      found: [...campaign.found, ...found],
      realMs,
    };
    await watch.ran(campaign);
  }
  return campaign;
}

/** Runs a seed again with its key followed, for the story, and makes it smaller if that is wanted. */
async function followUp(
  plan: CampaignPlan,
  report: SimReport,
  tools: { readonly watch: CampaignWatch; readonly host: SimHost },
): Promise<FoundSeed> {
  const { seed, violations } = report;
  const [first] = violations;
  const key = first?.key;
  const followed =
    key === undefined ? report : await simulate({ ...plan.options, seed, follow: key }, tools.host);
  const story = first === undefined ? [] : storyOf(followed, first);
  const minimized = plan.minimize
    ? formatScenario(await smallest(report, { ...tools, ringChanges: plan.options.ringChanges }))
    : undefined;
  return { seed, violations, story, minimized };
}

interface FollowUp {
  readonly watch: CampaignWatch;
  readonly host: SimHost;
  /** As in the run that is made smaller: what is ordered about the ring follows from the seed alone. */
  readonly ringChanges: boolean | undefined;
}

async function smallest(
  { seed, nodes, clients, minutes, graceMs, schedule, violations }: SimReport,
  { watch, host, ringChanges }: FollowUp,
): Promise<Scenario> {
  const rules = new Set(violations.map(({ rule }) => rule));
  const start: Scenario = {
    name: `seed-${seed}`,
    description: `Breaks ${[...rules].join(', ')} with seed ${seed}.`,
    ...{ nodes, clients, minutes, graceMs },
    faults: schedule,
  };
  let tried = 0;
  const { scenario } = await minimize(
    start,
    async (candidate) => {
      tried += 1;
      await watch.minimizing(seed, tried);
      const smaller = await simulate({ ...candidate, seed, ringChanges }, host);
      return smaller.violations.some(({ rule }) => rules.has(rule));
    },
    MINIMIZE_RUNS,
  );
  return scenario;
}
