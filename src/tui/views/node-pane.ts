import type { NodeView } from '../../node/core/views/node-views.js';
import { formatLatency, formatRate } from '../format.js';
import { trendOf } from '../history.js';
import { clean, span, type Line } from '../line.js';
import { elapsedMs, shownFacts, type State } from '../state.js';
import type { Theme } from '../theme.js';
import { spark, type Sample } from '../widgets/spark.js';
import { factLine, identityFacts, workFacts } from './node-facts.js';
import { stateMark } from './node-state.js';

/** The selected node at the right of a wide screen, in at most `width` cells a line. */
export function nodePane(
  state: State,
  node: NodeView | undefined,
  { width, theme }: { readonly width: number; readonly theme: Theme },
): readonly Line[] {
  if (node === undefined) return [];
  const elapsed = elapsedMs(state);
  const trend = trendOf(shownFacts(state).history, node.name);
  const row = (label: string, samples: readonly Sample[], last: string): Line => [
    span(` ${label.padEnd(9)}`, 'dim'),
    span(last.padStart(6)),
    span(' '),
    ...spark(samples, width - 18, { levels: theme.glyphs.levels }),
  ];
  return [
    [span(' '), stateMark(node.state, node.viewing), span(` ${clean(node.name)}`, 'bold')],
    [],
    ...identityFacts(node, elapsed).map(factLine),
    [],
    ...workFacts(node, elapsed).map(factLine),
    [],
    row('reads/s', trend.reads, formatRate(trend.reads.at(-1))),
    row('r p99', trend.readP99, formatLatency(trend.readP99.at(-1))),
    row('writes/s', trend.writes, formatRate(trend.writes.at(-1))),
    row('w p99', trend.writeP99, formatLatency(trend.writeP99.at(-1))),
    ...(node.reason === '' ? [] : [[], [span(` ${clean(node.reason)}`, 'dim')] as Line]),
  ];
}
