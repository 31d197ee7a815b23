import { Flags } from '@oclif/core';
import { BaseCommand } from '../../cli/base-command.js';
import { Interrupted } from '../../cli/exit-codes.js';
import { paragraphs } from '../../cli/paragraphs.js';
import { Progress } from '../../cli/sim/progress.js';
import { renderCampaign, renderProgress } from '../../cli/sim/render-campaign.js';
import { NO_CAMPAIGN, runSeeds, type Campaign } from '../../cli/sim/run-seeds.js';
import { faultsOf, seedRange, SIM_SIZE_FLAGS, sizeOf } from '../../cli/sim/sim-flags.js';
import { withSimHost } from '../../cli/sim/sim-host.js';
import type { Violation } from '../../sim/workload/history.js';

/** Exit code of a campaign that found something. */
const FOUND = 1;
const RANDOM_SEEDS = 1_000_000;

/** Whole clusters in one process, over virtual time, with faults drawn from a seed, and a check of all that was seen. */
export default class SimRun extends BaseCommand {
  static override readonly summary =
    'run a simulated cluster from a seed, with faults, and check what it did';

  static override readonly description =
    paragraphs(`The code of real nodes and clients runs unchanged in one process: time is virtual, and the network, the disks, the
clocks and the processes misbehave as the seed says. The same seed gives the same run, event by event (trace hash).
Afterwards every rule is checked: no acknowledged write lost, no read going back, nothing read that was not written,
replicas equal at the end, one metadata log, no false death, and a linearizability check of the keys it holds for.
Exit code 0 says that no rule was broken, 1 that one was. With -o ndjson a range prints a document for each seed as it ends; docs/testing.md lists the rules, docs/scenarios.md the files.`);

  static override readonly examples = [
    '<%= config.bin %> <%= command.id %> --seed 42',
    '<%= config.bin %> <%= command.id %> --seeds 1..100 --minutes 2',
    '<%= config.bin %> <%= command.id %> --faults test/scenarios/rolling-restart.txt',
    '<%= config.bin %> <%= command.id %> --seed 42 --ring-changes',
    '<%= config.bin %> <%= command.id %> --seed 42 --minimize --json',
  ];

  static override readonly flags = {
    seed: Flags.string({
      summary: 'what the whole run is drawn from (a random one)',
      exclusive: ['seeds'],
    }),
    seeds: Flags.string({ summary: 'a range of seeds, A..B, one run after the other' }),
    ...SIM_SIZE_FLAGS,
    faults: Flags.string({
      summary: 'none, light, heavy, or a scenario file',
      helpValue: 'none|light|heavy|FILE',
      default: 'heavy',
    }),
    'ring-changes': Flags.boolean({
      summary: 'nodes join, leave and are killed, and copies change meanwhile',
    }),
    minimize: Flags.boolean({
      summary: 'make the first failing run as small as it goes, and print it as a scenario',
    }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(SimRun);
    const given = seedRange(flags.seed, flags.seeds);
    const random = Math.floor(Math.random() * RANDOM_SEEDS);
    const seeds = given ?? { from: random, to: random };
    const faults = await faultsOf(flags.faults);
    const scenario = typeof faults === 'string' ? undefined : faults;
    const file = flags.faults;
    const size = sizeOf(flags, scenario === undefined ? undefined : { file, scenario });
    const ringChanges = flags['ring-changes'];
    const schedule = typeof faults === 'string' ? faults : faults.faults;
    const options = { ...size, faults: schedule, ringChanges };
    if (scenario?.faults.length === 0) await this.note(`${file} has no faults: nothing goes wrong`);
    const plan = { seeds, options, minimize: flags.minimize };
    const campaign = await this.#runSeeds(plan, flags.quiet);
    const sizes = `--nodes ${size.nodes} --clients ${size.clients} --minutes ${size.minutes}`;
    const replay = {
      of: `${size.nodes} nodes  ${size.clients} clients  ${size.minutes} virtual minutes  faults ${file}${ringChanges ? '  the ring changes' : ''}`,
      about: scenario?.description ?? '',
      command: (seed: number): string =>
        `kv sim run --seed ${seed} ${sizes} --faults ${shellWord(file)}${ringChanges ? ' --ring-changes' : ''}`,
    };
    const { command } = replay;
    await this.print({
      result: resultOf(campaign, { ...size, faults: file, command }),
      text: (look) => renderCampaign(campaign, replay, look),
      exit: campaign.totals.found > 0 ? FOUND : undefined,
    });
  }

  /** A document for the seed that has just run; the one of the whole campaign follows at the end. */
  async #printLast({ lines }: Campaign): Promise<void> {
    await this.print({ result: { ...lines.at(-1) }, text: () => '' });
  }

  async #runSeeds(plan: Parameters<typeof runSeeds>[0], quiet: boolean): Promise<Campaign> {
    const nowMs = (): number => performance.now();
    const progress = new Progress(process.stderr, nowMs, async (text) => {
      if (!quiet) await this.output.note(text);
    });
    const { from, to } = plan.seeds;
    const count = to - from + 1;
    let ran = NO_CAMPAIGN;
    const watch = {
      nowMs,
      ran: async (campaign: Campaign): Promise<void> => {
        ran = campaign;
        if (count > 1 && this.format === 'ndjson') await this.#printLast(campaign);
        await progress.say(() => renderProgress(campaign, count));
      },
      working: (campaign: Campaign, share: number): Promise<void> =>
        progress.say(() => renderProgress(campaign, count, share)),
      broke: async (seed: number, { rule, message }: Violation): Promise<void> => {
        if (count === 1) return;
        await progress.end();
        await this.note(`seed ${seed} broke ${rule}: ${message}`);
      },
      minimizing: (seed: number, tried: number): Promise<void> =>
        progress.say(() => `seed ${seed}: smaller run ${tried}`),
    };
    try {
      return await withSimHost((host) => runSeeds(plan, watch, host));
    } catch (error) {
      await progress.end();
      if (error instanceof Interrupted && count > 1) {
        const { seeds: done, found } = ran.totals;
        await this.note(
          `interrupted after ${done} of ${count} seeds, ${found} found; go on with --seeds ${from + done}..${to}`,
        );
      }
      throw error;
    } finally {
      await progress.end();
    }
  }
}

/** A word as a shell takes it. */
function shellWord(word: string): string {
  return /^[\w./:@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

interface Setting {
  readonly nodes: number;
  readonly clients: number;
  readonly minutes: number;
  readonly faults: string;
  readonly command: (seed: number) => string;
}

function resultOf(
  { totals: { faults: struck, ...totals }, lines, found, realMs }: Campaign,
  { command, ...setting }: Setting,
): object {
  const [only] = lines;
  return {
    ...setting,
    ...(lines.length === 1 ? { seed: only?.seed, traceHash: only?.traceHash } : {}),
    ...totals,
    struck,
    realMs: Math.round(realMs),
    seedsPerSecond: (totals.seeds * 1000) / Math.max(realMs, 1),
    virtualToReal: totals.virtualMs / Math.max(realMs, 1),
    runs: lines,
    failures: found.map((one) => ({ ...one, replay: command(one.seed) })),
  };
}
