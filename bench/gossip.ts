import Table from 'cli-table3';
import { LIMITS } from '../src/node/core/limits.js';
import { FullExchange, type ExchangeBytes } from '../src/sim/gossip/full-exchange.js';
import { roundsToReachAll } from '../src/sim/gossip/spread.js';
import { medianOf } from '../src/stdx/median.js';

/**
 * Rounds until an update has reached every node, and the bytes and processor time of one exchange between full tables:
 * `node --import tsx bench/gossip.ts [--seeds 5] [--json]`. `kv sim gossip` shows one size, with what nodes believe of each other.
 */
const SIZES = [300, 1000, 10_000];
const LOSSES = [0, 0.05, 0.2];
const EXCHANGES = 10;

const flags = process.argv.slice(2);
const seedsFlag = flags.indexOf('--seeds');
const seeds = seedsFlag < 0 ? 5 : Number(flags[seedsFlag + 1]);

interface Spread {
  readonly nodes: number;
  readonly lossPercent: number;
  /** Of each seed, sorted. */
  readonly rounds: readonly number[];
}

interface Exchange extends ExchangeBytes {
  readonly nodes: number;
  /** Processor time of both sides. */
  readonly cpuMs: number;
}

function spreadOf(nodes: number, loss: number): Spread {
  const rounds = Array.from({ length: seeds }, (_, seed) =>
    roundsToReachAll({ nodes, loss, seed }),
  );
  return { nodes, lossPercent: loss * 100, rounds: rounds.sort((a, b) => a - b) };
}

/** The last of some exchanges, and the median of their costs. */
function exchangeOf(nodes: number): Exchange {
  const exchange = new FullExchange(nodes);
  const costsMs: number[] = [];
  let bytes: ExchangeBytes | undefined;
  for (let i = 0; i < EXCHANGES; i++) {
    exchange.pass();
    const before = process.cpuUsage();
    bytes = exchange.exchange(i * 7919);
    const { user, system } = process.cpuUsage(before);
    costsMs.push((user + system) / 1000);
  }
  return { nodes, digests: 0, answer: 0, last: 0, ...bytes, cpuMs: medianOf(costsMs) };
}

const spreads = SIZES.flatMap((nodes) => LOSSES.map((loss) => spreadOf(nodes, loss)));
const exchanges = SIZES.map(exchangeOf);

if (flags.includes('--json')) {
  console.log(JSON.stringify({ fanout: LIMITS.gossipFanout, spreads, exchanges }, null, 2));
} else {
  const rounds = new Table({ head: ['nodes', 'loss', 'rounds: median', 'worst', 'of seeds'] });
  for (const { nodes, lossPercent, rounds: taken } of spreads)
    rounds.push([nodes, `${lossPercent} %`, medianOf(taken), taken.at(-1) ?? '-', taken.length]);
  const bytes = new Table({
    head: ['nodes', 'digests', 'answer', 'last', 'per node and second', 'ms'],
  });
  for (const { nodes, digests, answer, last, cpuMs } of exchanges) {
    const perSecond = LIMITS.gossipFanout * (digests + answer + last);
    bytes.push([nodes, digests, answer, last, perSecond, cpuMs.toFixed(1)]);
  }
  console.log(`${rounds.toString()}\n${bytes.toString()}`);
}
