import { BaseCommand } from '../../cli/base-command.js';
import { paragraphs } from '../../cli/paragraphs.js';
import { measureRing, type RingPlan, type RingReport } from '../../cli/sim/measure-ring.js';
import { Progress } from '../../cli/sim/progress.js';
import { renderRingReport } from '../../cli/sim/render-ring.js';
import { RING_FLAGS, ringPlan } from '../../cli/sim/ring-flags.js';
import type { RingStudy } from '../../sim/ring/ring-study.js';

/** How evenly a ring of any size is shared, and what changes and failures cost, against random tokens. */
export default class SimRing extends BaseCommand {
  static override readonly summary =
    'show how evenly a ring of any size is shared, and what changes and failures cost';

  static override readonly description =
    paragraphs(`Nodes join one after the other with the code of a real cluster, which allocates their tokens; beside it the same with random
tokens. Fewer vnodes make fewer distinct replica sets, so that fewer pairs of nodes cost some range its quorum when both fail, and
shares that are less even. Copies that move are those that go to a node which did not hold them; the node that is removed is
drawn from the seed. One fair share is what one node of the greater ring holds on average.`);

  static override readonly examples = [
    '<%= config.bin %> <%= command.id %> --nodes 300 --vnodes 128',
    '<%= config.bin %> <%= command.id %> --nodes 12 --vnodes 16 --racks 3 --seeds 1..9',
    '<%= config.bin %> <%= command.id %> --nodes 100 --vnodes 8 --rf 5 --json',
  ];

  static override readonly flags = RING_FLAGS;

  async run(): Promise<void> {
    const { flags } = await this.parse(SimRing);
    const report = await this.#measure(ringPlan(flags), flags.quiet);
    await this.print({
      result: resultOf(report),
      text: (look) => renderRingReport(report, look),
    });
  }

  async #measure(plan: RingPlan, quiet: boolean): Promise<RingReport> {
    const nowMs = (): number => performance.now();
    const progress = new Progress(process.stderr, nowMs, (text) => this.output.note(text));
    try {
      return await measureRing(plan, async (text) => (quiet ? undefined : progress.say(text)));
    } finally {
      await progress.end();
    }
  }
}

function resultOf({ allocated, random, ...plan }: RingReport): object {
  return { ...plan, allocated: figuresOf(allocated), random: figuresOf(random) };
}

/** Names as everywhere in the JSON of the command line. */
function figuresOf({
  replicated,
  primary,
  added,
  removed,
  replicaSets,
  fatalPairs,
}: RingStudy): object {
  return {
    replicatedMaxOverMean: replicated,
    primaryMaxOverMean: primary,
    added: moveOf(added),
    removed: removed === undefined ? null : moveOf(removed),
    replicaSets,
    fatalPairs,
  };
}

function moveOf({ moved, fairShares, replicated }: RingStudy['added']): object {
  return { copiesMoved: moved, fairShares, replicatedMaxOverMean: replicated };
}
