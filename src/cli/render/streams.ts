import { jobOf } from '../../node/core/topology/plan-job.js';
import type { PlanStream } from '../../node/core/views/plan-views.js';
import { changesText, planWaits } from '../../node/core/views/plan-words.js';
import type { StatusView } from '../../node/core/views/status-views.js';
import { formatDuration } from '../../stdx/duration.js';
import { UNKNOWN } from '../../stdx/figures.js';
import { formatSize } from '../../stdx/size.js';
import type { Look } from '../look.js';
import { cleanText } from '../show-key.js';
import { renderTable, type Column } from '../table.js';
import { wrapText } from '../text-width.js';
import { document } from './lines.js';

/** Ranges that are being moved together, and who moves them. */
export interface StreamRow extends PlanStream {
  /** The node that moves them. */
  readonly node: string;
  /** Since they began to move; undefined before anything was moved. */
  readonly bytesPerSecond: number | undefined;
}

/** What is being moved now, as the nodes say that answered; those of the same node together. */
export function streamRows({ plan, nodes }: StatusView): readonly StreamRow[] {
  return nodes.flatMap(({ name, report }) => {
    const told = report?.planReport;
    if (told === undefined || told.plan !== plan?.id) return [];
    return told.streams.map((stream): StreamRow => {
      const { movedBytes, forMs } = stream;
      const bytesPerSecond =
        movedBytes === 0 || forMs <= 0 ? undefined : (movedBytes * 1000) / forMs;
      return { ...stream, node: name, bytesPerSecond };
    });
  });
}

/** A row for each group of ranges that is being moved, and how fast that may go. */
export function renderStreams(status: StatusView, look: Look): string {
  const rows = streamRows(status);
  const lines = rows.length === 0 ? idleLines(status) : renderTable(COLUMNS, rows, look);
  return document([
    ...lines.flatMap((line) => (rows.length === 0 ? wrapText(line, look.width) : [line])),
    limitText(status),
  ]);
}

/** `at most 64 MiB/s to each node that gains ranges` */
export function limitText({ streamBytesPerSecond }: StatusView): string {
  return `at most ${formatSize(streamBytesPerSecond)}/s to each node that gains ranges`;
}

function idleLines({ plan, nodes }: StatusView): readonly string[] {
  if (plan === undefined) return ['nothing is moved: no plan runs'];
  const told = nodes.map(({ name, report }) => ({ node: name, report: report?.planReport }));
  const head = `nothing is moved now: plan ${jobOf(plan)} (${changesText(plan.changes)}), ${plan.step}`;
  return [head, ...planWaits(plan, told)].map(cleanText);
}

const COLUMNS: readonly Column<StreamRow>[] = [
  { title: 'ON', cell: ({ node }) => node },
  { title: 'FROM', cell: ({ from }) => from.join(' ') || UNKNOWN },
  { title: 'TO', cell: ({ to }) => to.join(' ') || UNKNOWN },
  { title: 'NAMESPACE', cell: ({ namespace }) => namespace, drop: 2 },
  { title: 'RANGES', align: 'right', cell: ({ ranges }) => String(ranges), drop: 3 },
  { title: 'MOVED', align: 'right', cell: ({ movedBytes }) => formatSize(movedBytes) },
  {
    title: 'RATE',
    align: 'right',
    cell: ({ bytesPerSecond }) =>
      bytesPerSecond === undefined ? UNKNOWN : `${formatSize(bytesPerSecond)}/s`,
  },
  { title: 'FOR', align: 'right', cell: ({ forMs }) => formatDuration(forMs), drop: 1 },
];
