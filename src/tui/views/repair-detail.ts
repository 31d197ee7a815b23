import type { RepairJobView } from '../../node/core/views/repair-views.js';
import {
  repairProblem,
  repairRestarts,
  repairSlowness,
  repairStep,
} from '../../node/core/views/repair-words.js';
import { formatDuration } from '../../stdx/duration.js';
import { formatSize } from '../../stdx/size.js';
import { formatClock, formatCount } from '../format.js';
import { clean, span, type Line } from '../line.js';
import type { Detail } from './detail.js';

/** What one repair does now, what it has done, and what is in its way. */
export function repairDetail(job: RepairJobView, rate: number | undefined): Detail {
  const { id, state, node } = job;
  const isRunning = state === 'running';
  const at = job.resumedAtMs === undefined ? '' : ` at ${formatClock(job.resumedAtMs)}`;
  return {
    facts: [
      ...(isRunning && job.step !== '' ? [[span(` now ${clean(repairStep(job))}`)] as Line] : []),
      ...warning(repairProblem(job), state === 'running' ? 'warn' : 'bad'),
      [
        span(
          ` ${count(job.done)} of ${count(job.ranges)} ranges: ${count(job.done - job.repaired - job.failed)} same, ${count(job.repaired)} repaired, `,
        ),
        span(`${count(job.failed)} failed`, job.failed > 0 ? 'bad' : undefined),
        span(`; ${count(job.partial)} partial${awayText(job)}`),
      ],
      [
        span(
          ` moved ${count(job.sent)} records, ${formatSize(job.sentBytes)}; removed ${count(job.dropped)} dead copies`,
        ),
        ...(rate === undefined ? [] : [span(`   ${formatSize(rate)}/s now`, 'info')]),
      ],
      ...warning(repairSlowness(job), 'warn'),
      [
        span(
          ` driven by ${clean(node)}   began ${formatClock(job.startedAtMs)}, worked ${formatDuration(job.tookMs)}`,
          'dim',
        ),
      ],
      ...note(repairRestarts(job, at)),
    ],
    table: () => [],
    commands: isRunning
      ? [`kv repair watch ${clean(id)}`, `kv repair cancel ${clean(id)}`]
      : [`kv repair status ${clean(id)}`, 'kv repair'],
  };
}

const count = formatCount;

function awayText({ away }: RepairJobView): string {
  return away.length === 0 ? '' : ` (without ${away.map(clean).join(' ')})`;
}

function warning(text: string | undefined, role: 'warn' | 'bad'): readonly Line[] {
  return text === undefined ? [] : [[span(' ! '), span(clean(text), role)]];
}

function note(text: string | undefined): readonly Line[] {
  return text === undefined ? [] : [[span(` ${clean(text)}`, 'dim')]];
}
