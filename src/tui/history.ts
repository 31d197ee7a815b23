import type { NodeView, OperationView } from '../node/core/views/node-views.js';
import type { StatusView } from '../node/core/views/status-views.js';
import type { Sample } from './widgets/spark.js';

/** Ticks that sparklines look back. */
const HISTORY = 60;

/** How rates and latencies went over the last ticks, oldest first. */
export interface Trend {
  readonly reads: readonly Sample[];
  readonly writes: readonly Sample[];
  readonly readP99: readonly Sample[];
  readonly writeP99: readonly Sample[];
}

export interface History {
  readonly cluster: Trend;
  readonly nodes: ReadonlyMap<string, Trend>;
}

const NO_TREND: Trend = { reads: [], writes: [], readP99: [], writeP99: [] };
export const NO_HISTORY: History = { cluster: NO_TREND, nodes: new Map() };

/** The history with one tick more; nodes that are gone are forgotten, silent ones leave a gap. */
export function remember(history: History, status: StatusView): History {
  const nodes = new Map<string, Trend>();
  for (const node of status.nodes) {
    nodes.set(node.name, extend(history.nodes.get(node.name) ?? NO_TREND, operations(node)));
  }
  return { cluster: extend(history.cluster, status), nodes };
}

/** The trend of a node, empty when there is none. */
export function trendOf(history: History, name: string): Trend {
  return history.nodes.get(name) ?? NO_TREND;
}

interface Operations {
  readonly reads: OperationView | undefined;
  readonly writes: OperationView | undefined;
}

function operations({ report }: NodeView): Operations {
  return { reads: report?.reads, writes: report?.writes };
}

function extend(trend: Trend, { reads, writes }: Operations): Trend {
  return {
    reads: append(trend.reads, reads?.perSecond),
    writes: append(trend.writes, writes?.perSecond),
    readP99: append(trend.readP99, reads?.p99Ms),
    writeP99: append(trend.writeP99, writes?.p99Ms),
  };
}

function append(samples: readonly Sample[], sample: Sample): readonly Sample[] {
  return [...samples.slice(1 - HISTORY), sample];
}
