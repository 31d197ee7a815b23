import { Flags } from '@oclif/core';
import { BaseCommand } from '../../cli/base-command.js';
import { Progress } from '../../cli/sim/progress.js';
import { renderCampaign, renderPace } from '../../cli/sim/render-campaign.js';
import { runSeeds, type Campaign } from '../../cli/sim/run-seeds.js';
import { faultsOf, seedRange, SIM_SIZE_FLAGS, sizeOf } from '../../cli/sim/sim-flags.js';
import { withSimHost } from '../../cli/sim/sim-host.js';

/** Exit code of a campaign that found something. */
const FOUND = 1;
const RANDOM_SEEDS = 1_000_000;

/** Whole clusters in one process, over virtual time, with faults drawn from a seed, and a check of all that was seen. */
export default class SimRun extends BaseCommand {
  static override readonly summary =
    'run a simulated cluster from a seed, with faults, and check what it did';

  static override readonly description = `The code of real nodes and clients runs unchanged in one process: time is virtual, and the network, the disks, the
clocks and the processes misbehave as the seed says. The same seed gives the same run, event by event (trace hash).
Afterwards every rule is checked: no acknowledged write lost, no read going back, nothing read that was not written,
replicas equal at the end, one metadata log, no false death, and a linearizability check of the keys it holds for.
Exit code 0 says that no rule was broken, 1 that one was; docs/testing.md lists the rules, docs/scenarios.md the files.`;

  static override readonly examples = [
    '<%= config.bin %> <%= command.id %> --seed 42',
    '<%= config.bin %> <%= command.id %> --seeds 1..100 --minutes 2',
    '<%= config.bin %> <%= command.id %> --faults test/scenarios/rolling-restart.txt',
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
    const size = sizeOf(flags, typeof faults === 'string' ? undefined : faults);
    const options = { ...size, faults: typeof faults === 'string' ? faults : faults.faults };
    const plan = { seeds, options, minimize: flags.minimize };
    const campaign = await this.#runSeeds(plan);
    const command = (seed: number): string =>
      `kv sim run --seed ${seed} --nodes ${size.nodes} --clients ${size.clients} --minutes ${size.minutes} --faults ${flags.faults}`;
    await this.print({
      result: resultOf(campaign, { ...size, faults: flags.faults, command }),
      text: (look) => renderCampaign(campaign, { command }, look),
      exit: campaign.totals.found > 0 ? FOUND : undefined,
    });
  }

  async #runSeeds(plan: Parameters<typeof runSeeds>[0]): Promise<Campaign> {
    const nowMs = (): number => performance.now();
    const progress = new Progress(process.stderr, nowMs, (text) => this.output.note(text));
    const count = plan.seeds.to - plan.seeds.from + 1;
    try {
      return await withSimHost((host) =>
        runSeeds(
          plan,
          {
            nowMs,
            ran: (campaign) =>
              progress.say(
                () =>
                  `${campaign.totals.seeds} of ${count} seeds, ${campaign.totals.found} found; ${renderPace(campaign)}`,
              ),
            broke: async (seed, { rule, message }) => {
              if (count === 1) return;
              await progress.end();
              await this.note(`seed ${seed} broke ${rule}: ${message}`);
            },
            minimizing: (seed, tried) => progress.say(() => `seed ${seed}: smaller run ${tried}`),
          },
          host,
        ),
      );
    } finally {
      await progress.end();
    }
  }
}

interface Setting {
  readonly nodes: number;
  readonly clients: number;
  readonly minutes: number;
  readonly faults: string;
  readonly command: (seed: number) => string;
}

function resultOf(
  { totals, lines, found, realMs }: Campaign,
  { command, ...setting }: Setting,
): object {
  const [only] = lines;
  return {
    ...setting,
    ...(lines.length === 1 ? { seed: only?.seed, traceHash: only?.traceHash } : {}),
    ...totals,
    realMs: Math.round(realMs),
    seedsPerSecond: (totals.seeds * 1000) / Math.max(realMs, 1),
    virtualToReal: totals.virtualMs / Math.max(realMs, 1),
    runs: lines,
    failures: found.map((one) => ({ ...one, replay: command(one.seed) })),
  };
}
