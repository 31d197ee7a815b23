import { formatLatency, formatRate } from '../format.js';
import { padText, span, type Line } from '../line.js';
import type { Facts } from '../state.js';
import type { Theme } from '../theme.js';
import { histogram } from '../widgets/histogram.js';
import { rule } from '../widgets/rule.js';
import { largest, largestKnown, level, spark, type Sample } from '../widgets/spark.js';

const CLASSES = 8;
/** Rows that `trendLines` takes. */
export const TREND_ROWS = 9;

/** How rates and latencies of the whole cluster went, and how the latencies of the nodes are spread. */
export function trendLines(facts: Facts, width: number, theme: Theme): readonly Line[] {
  const { cluster } = facts.history;
  const ticks = cluster.reads.length;
  const row = (
    label: string,
    samples: readonly Sample[],
    format: (value: number | undefined) => string,
  ): Line => {
    const cells = Math.min(60, width - 36);
    return [
      span(` ${padText(label, 11)}`),
      span(padText(format(samples.at(-1)), 7, 'right'), 'bold'),
      span('  '),
      ...spark(samples, cells, { levels: theme.glyphs.levels }),
      span(`  max ${format(largestKnown(samples))}`, 'dim'),
    ];
  };
  return [
    rule(width, theme.glyphs, { title: [span(`last ${ticks} ticks`, 'bold')] }),
    row('reads/s', cluster.reads, formatRate),
    row('read p99', cluster.readP99, formatLatency),
    row('writes/s', cluster.writes, formatRate),
    row('write p99', cluster.writeP99, formatLatency),
    ...spreadLines(facts, width, theme),
  ];
}

function spreadLines(facts: Facts, width: number, theme: Theme): readonly Line[] {
  const reports = (facts.tick?.status.nodes ?? []).map(({ report }) => report);
  const reads = histogram(
    reports.map((report) => report?.reads.p99Ms),
    0.5,
    CLASSES,
  );
  const writes = histogram(
    reports.map((report) => report?.writes.p99Ms),
    0.5,
    CLASSES,
  );
  const heads = reads.map(({ below }) =>
    padText(
      Number.isFinite(below) ? `<${below < 1 ? below.toFixed(1) : below}ms` : 'more',
      8,
      'right',
    ),
  );
  const row = (label: string, buckets: typeof reads): Line => {
    const most = largest(buckets.map(({ count }) => count));
    return [
      span(` ${padText(label, 8)}`),
      ...buckets.flatMap(({ count }) =>
        count === 0
          ? [span(padText(theme.glyphs.dot, 8, 'right'), 'dim')]
          : [
              span(padText(String(count), 6, 'right')),
              span(` ${level(count, most, theme.glyphs.levels)}`, 'info'),
            ],
      ),
    ];
  };
  return [
    rule(width, theme.glyphs, { title: [span('nodes by p99', 'bold')] }),
    [span(` ${' '.repeat(8)}${heads.join('')}`, 'dim')],
    row('reads', reads),
    row('writes', writes),
  ];
}
