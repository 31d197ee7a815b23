import type { EventView } from '../../node/core/views/event-views.js';
import type { StatusView } from '../../node/core/views/status-views.js';
import { formatSize } from '../../stdx/size.js';
import { allJobs, jobRows, type JobRow } from '../job-rows.js';
import { bodyArea, type Area } from '../layout.js';
import { clean, joinFitting, span, type Line } from '../line.js';
import { shownFacts, type State } from '../state.js';
import type { Theme } from '../theme.js';
import { rule } from '../widgets/rule.js';
import { drawTable } from '../widgets/table.js';
import { eventLine } from './event-line.js';
import { jobColumns, jobMark } from './job-columns.js';
import { jobDetail } from './job-detail.js';
import {
  ordered,
  selectedIndex,
  sortShown,
  sortsOf,
  windowOf,
  type Drawn,
  type View,
} from './view.js';

/** A line above the table, and its titles. */
const HEAD_ROWS = 2;
/** Rows of jobs that the details of the selected one leave room for. */
const MOST_ROWS = 6;
/** A rule, and what is worth knowing at least. */
const LEAST_DETAIL = 4;

/** What changes the ring and what repairs it: how far it is, how fast, who drives it, and what is in its way. */
export const jobsView: View = {
  ids: (state) => sorted(state).map(({ id }) => id),
  visible: (state) => tableRows(state, bodyArea(state)),
  sorts: (state) => sortsOf(jobColumns(columnContext(state))),
  draw,
};

function columnContext(state: State, theme?: Theme): Parameters<typeof jobColumns>[0] {
  return {
    rows: jobRows(state),
    width: bodyArea(state).width,
    glyphs: theme?.glyphs,
  };
}

function sorted(state: State, theme?: Theme): readonly JobRow[] {
  return ordered(jobRows(state), jobColumns(columnContext(state, theme)), state.places.jobs);
}

function tableRows(state: State, { height, tall }: Area): number {
  const most = tall ? 2 * MOST_ROWS : MOST_ROWS;
  const room = Math.min(most, height - HEAD_ROWS - LEAST_DETAIL);
  return Math.max(1, Math.min(room, jobRows(state).length));
}

function draw(state: State, theme: Theme): Drawn {
  const area = bodyArea(state);
  const place = state.places.jobs;
  const columns = jobColumns(columnContext(state, theme));
  const rows = ordered(jobRows(state), columns, place);
  const ids = rows.map(({ id }) => id);
  const window = windowOf(place, ids, tableRows(state, area));
  const status = shownFacts(state).tick?.status;
  if (status === undefined) return { lines: [], window };
  const head = headLine(state, status, area.width);
  if (rows.length === 0) return { lines: [head, ...emptyLines(state, area, theme)], window };
  const selected = selectedIndex(place, ids);
  const table = drawTable(
    {
      columns,
      rows: rows.slice(window.top, window.top + window.visible),
      window,
      selected,
      sort: sortShown(place),
      mark: jobMark,
    },
    area.width,
    theme,
  );
  const subject = rows[selected ?? 0];
  const room = area.height - 1 - table.length;
  const detail =
    subject === undefined ? [] : jobDetail(state, subject, { rows: room, area, theme });
  return { lines: [head, ...table, ...detail], window };
}

/** What runs in all, how fast it goes, and whose answer is missing. */
function headLine(state: State, status: StatusView, width: number): Line {
  const facts = shownFacts(state);
  const rows = allJobs(facts);
  const running = rows.filter(({ of, state: word }) =>
    of.kind === 'repair' ? of.job.state === 'running' : word === 'running',
  );
  const plans = running.filter(({ of }) => of.kind === 'plan').length;
  const repairs = running.length - plans;
  const idle = running.length === 0;
  const rate = running.reduce((sum, row) => sum + (row.rate ?? 0), 0);
  const silent = status.nodes.filter(
    ({ name, report }) =>
      report === undefined || (facts.jobs.repairs.get(name)?.problem ?? '') !== '',
  );
  const parts: readonly Line[] = [
    idle ? [span('nothing runs', 'ok')] : [],
    // Where there are rows, there is no list of what was before.
    idle && rows.length > 0 ? lastPlan(facts.events) : [],
    plans === 0 ? [] : [span('a plan changes the ring', 'info')],
    ...rows
      .filter(({ state: word }) => word === 'paused' || word === 'staged')
      .map(({ of, state: word }): Line => [
        span(of.kind === 'staged' ? stagedText(of.changes.length) : `the plan is ${word}`, 'warn'),
      ]),
    repairs === 0 ? [] : [span(repairs === 1 ? '1 repair runs' : `${repairs} repairs run`, 'info')],
    silent.length === 0
      ? []
      : [span(`repairs not known of ${silent.map(({ name }) => clean(name)).join(' ')}`, 'dim')],
    idle ? [] : [span(`${formatSize(rate)}/s moved`.padEnd('1023 KiB/s moved'.length))],
  ];
  return [span(' '), ...joinFitting(parts, width - 2)];
}

/** How the plan before has ended, or what became of it last; no plan is kept. */
function lastPlan(events: readonly EventView[]): Line {
  const last = pastEvents(events).at(-1);
  return last === undefined ? [] : [span(clean(last.message.replace(EPOCH, '')), 'dim')];
}

function stagedText(count: number): string {
  return count === 1 ? 'a change is staged' : `${count} changes are staged`;
}

/** What can be begun, and what the jobs before did, as far as it was seen. */
function emptyLines(state: State, area: Area, theme: Theme): readonly Line[] {
  if (state.places.jobs.filter !== '') return [[], [span(' no job matches the filter', 'dim')]];
  const past = pastEvents(shownFacts(state).events).slice(-Math.max(0, area.height - 6));
  const texts: readonly Line[] = [
    [],
    [span(' no plan changes the ring, and nobody has asked for a repair', 'dim')],
    [span(' try: kv repair --dry-run | kv node decommission NAME --dry-run', 'dim')],
  ];
  if (past.length === 0) return texts;
  return [
    ...texts,
    rule(area.width, theme.glyphs, { title: [span('before', 'bold')] }),
    ...[...past].reverse().map((event) => eventLine(event)),
  ];
}

/** As the log of the cluster tells of its entries. */
const EPOCH = /^epoch \d+: /;
const OF_PLAN = /^epoch \d+: plan \d/;

/** What happened to plans, each once however many nodes tell it. */
function pastEvents(events: readonly EventView[]): readonly EventView[] {
  const first = new Map<string, EventView>();
  for (const event of events) {
    const isOfPlan = event.kind === 'metadata' && OF_PLAN.test(event.message);
    if (isOfPlan && !first.has(event.message)) first.set(event.message, event);
  }
  return [...first.values()];
}
