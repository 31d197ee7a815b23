import { BaseCommand } from '../../cli/base-command.js';
import { paragraphs } from '../../cli/paragraphs.js';
import { GOSSIP_FLAGS, gossipPlan } from '../../cli/sim/gossip-flags.js';
import { gossipGoals } from '../../cli/sim/gossip-goals.js';
import { measureGossip, type GossipPlan, type GossipReport } from '../../cli/sim/measure-gossip.js';
import { Progress } from '../../cli/sim/progress.js';
import { renderGossipReport } from '../../cli/sim/render-gossip.js';
import { LIMITS } from '../../node/core/limits.js';

/** What gossip costs at any size, and how often it errs where messages are lost. */
export default class SimGossip extends BaseCommand {
  static override readonly summary =
    'measure how gossip spreads, what it costs, and how often it errs';

  static override readonly description =
    paragraphs(`For each loss: rounds, bytes and processor time until an update has reached all nodes, and how often a node was
suspected or judged down over some virtual time although none ever failed. Messages take 1 to 20 ms, or are lost.

ROUNDS are of production code (digests, deltas, choice of peers), all nodes in step, each with a table of the updated node
and itself. CPU is that of production code, an exchange between two full tables, times the exchanges of so many rounds; coding,
sockets and the rest of a node come on top. BYTES are what all nodes send in these rounds.

Suspicions and deaths: up to 100 nodes, and with --whole, the membership of every node runs as it is, and only the wire between
them is simulated. Beyond, 10,000 of them would take more than 200 GB. There, and with --model, what nodes know of each other is kept as columns
of numbers, 14 bytes a pair (1.4 GB for 10,000 nodes). Of production remain phi and its windows, the rules by which a node is suspected,
probed, down and up, the limits, and the sizes of messages; exchanges, choice of peers, rounds and probes are a model of it, for
nodes that have met 20 s before and tell nothing but heartbeats and the sequences of their stores.

The same seed gives the same figures, but for processor time. --nodes 10000 takes ten minutes and more.`);

  static override readonly examples = [
    '<%= config.bin %> <%= command.id %> --nodes 300',
    '<%= config.bin %> <%= command.id %> --nodes 100 --loss 5 --hours 24 --model',
    '<%= config.bin %> <%= command.id %> --nodes 10000 --loss 5 --minutes 5',
    '<%= config.bin %> <%= command.id %> --nodes 50 --loss 0,20 --whole --json',
  ];

  static override readonly flags = GOSSIP_FLAGS;

  async run(): Promise<void> {
    const { flags } = await this.parse(SimGossip);
    const report = await this.#measure(gossipPlan(flags), flags.quiet);
    await this.print({
      result: resultOf(report),
      text: (look) => renderGossipReport(report, look),
    });
  }

  async #measure(plan: GossipPlan, quiet: boolean): Promise<GossipReport> {
    const nowMs = (): number => performance.now();
    const progress = new Progress(process.stderr, nowMs, (text) => this.output.note(text));
    try {
      return await measureGossip(plan, async (text) => (quiet ? undefined : progress.say(text)));
    } finally {
      await progress.end();
    }
  }
}

function resultOf(report: GossipReport): object {
  const { nodes, seed, engine, lengthMs, cpuMsPerExchange, rows } = report;
  return {
    nodes,
    seed,
    engine,
    fanout: LIMITS.gossipFanout,
    intervalMs: LIMITS.gossipIntervalMs,
    countedMs: lengthMs,
    cpuMsPerExchange,
    rows,
    goals: gossipGoals(report),
  };
}
