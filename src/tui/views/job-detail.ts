import type { JobRow } from '../job-rows.js';
import type { Area } from '../layout.js';
import { clean, clip, span, type Line } from '../line.js';
import { shownFacts, type State } from '../state.js';
import type { Theme } from '../theme.js';
import { rule } from '../widgets/rule.js';
import { largestKnown, spark, type Sample } from '../widgets/spark.js';
import { ratesOf } from '../tracks.js';
import { formatSize } from '../../stdx/size.js';
import type { Detail, DetailRoom } from './detail.js';
import { planDetail, stagedDetail } from './plan-detail.js';
import { repairDetail } from './repair-detail.js';

/** All that is known of the selected job, in as many lines as there are. */
export function jobDetail(state: State, row: JobRow, room: DetailRoom): readonly Line[] {
  const { rows, area, theme } = room;
  if (rows < 2) return [];
  const title: Line = [
    span(`${row.of.kind === 'staged' ? 'staged' : row.id}: `, 'bold'),
    span(clean(row.about)),
  ];
  const { facts, table, commands } = detailOf(state, row, room);
  const rate = rateLine(ratesOf(shownFacts(state).tracks.get(row.id)), area, theme);
  const told = [...facts, ...(hasRate(row) ? [rate] : [])];
  const left = rows - 2;
  const shown = told.slice(0, left);
  return [
    rule(area.width, theme.glyphs, { title: clip(title, area.width - 6, theme.glyphs.cut) }),
    ...shown.map((line) => clip(line, area.width - 1, theme.glyphs.cut)),
    ...table(left - shown.length),
    tryLine(commands, area.width, theme),
  ];
}

/** Also while nothing moves: what stands below it stays where it is. */
function hasRate({ of }: JobRow): boolean {
  return of.kind === 'plan' || (of.kind === 'repair' && of.job.state === 'running');
}

function detailOf(state: State, row: JobRow, room: DetailRoom): Detail {
  switch (row.of.kind) {
    case 'plan':
      return planDetail(state, row.of.plan, room);
    case 'staged':
      return stagedDetail(state, room);
    case 'repair':
      return repairDetail(row.of.job, row.rate);
  }
}

function rateLine(rates: readonly Sample[], { width }: Area, { glyphs }: Theme): Line {
  const cells = Math.min(60, width - 26);
  return [
    span(' rate ', 'dim'),
    ...spark(rates, cells, { levels: glyphs.levels }),
    span(` max ${formatSize(largestKnown(rates) ?? 0)}/s`, 'dim'),
  ];
}

function tryLine(commands: readonly string[], width: number, { glyphs }: Theme): Line {
  return clip([span(` try: ${commands.join(' | ')}`, 'dim')], width - 1, glyphs.cut);
}
