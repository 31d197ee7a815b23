import { percent } from '../../node/core/views/plan-words.js';
import { formatSize } from '../../stdx/size.js';
import { formatCount, UNKNOWN } from '../format.js';
import type { JobRow } from '../job-rows.js';
import { ROOMY_COLUMNS } from '../layout.js';
import { clean, padText, span, type Line, type Role, type Span } from '../line.js';
import type { Glyphs } from '../theme.js';
import { bar } from '../widgets/bar.js';
import { widest, type Column } from '../widgets/table.js';

export interface JobColumnContext {
  readonly rows: readonly JobRow[];
  readonly width: number;
  /** Undefined where nothing is drawn. */
  readonly glyphs: Glyphs | undefined;
}

const ROLES: Readonly<Record<JobRow['state'], Role>> = {
  running: 'info',
  resumed: 'info',
  paused: 'warn',
  staged: 'warn',
  done: 'ok',
  failed: 'bad',
  cancelled: 'dim',
  interrupted: 'bad',
};

/** The state in its colour. */
function jobWord({ state }: JobRow): Span {
  return span(state, ROLES[state]);
}

/** One letter before a job: it went wrong, or something is in its way. */
export function jobMark({ state, isBlocked }: JobRow): Span {
  if (state === 'failed' || state === 'interrupted') return span('x', 'bad');
  return isBlocked ? span('!', 'warn') : span(' ');
}

/** Columns of the table of jobs. */
export function jobColumns(context: JobColumnContext): readonly Column<JobRow>[] {
  return [...identityColumns(context), ...progressColumns(context), ...endColumns(context)];
}

function identityColumns({ rows }: JobColumnContext): readonly Column<JobRow>[] {
  const width = (
    texts: readonly string[],
    [min, max]: readonly [number, number],
  ): { min: number; max: number } => {
    const cells = widest(
      texts.map((one) => [span(one)]),
      { min, max },
    );
    return { min: cells, max: cells };
  };
  return [
    {
      ...text('job', 'JOB', ({ id }) => id),
      ...width(
        rows.map(({ id }) => id),
        [6, 12],
      ),
      drop: 0,
    },
    {
      id: 'state',
      title: 'STATE',
      align: 'left',
      ...width(
        rows.map(({ state }) => state),
        // So that nothing moves when what runs is paused.
        [7, 11],
      ),
      drop: 0,
      cell: (row) => [jobWord(row)],
      sort: ({ state }) => state,
    },
    // As wide as the longest step of a plan, so that nothing moves when a step ends.
    { ...text('step', 'STEP', ({ step }) => step || UNKNOWN), min: 10, max: 10, drop: 4 },
  ];
}

function progressColumns({ width, glyphs }: JobColumnContext): readonly Column<JobRow>[] {
  const roomy = width >= ROOMY_COLUMNS;
  return [
    {
      id: 'done',
      title: 'DONE',
      align: roomy ? 'left' : 'right',
      min: roomy ? 11 : 4,
      max: roomy ? 24 : 4,
      drop: 0,
      cell: (row, cells): Line => {
        const share = shareOf(row);
        if (share === undefined) return [span(padText(UNKNOWN, roomy ? 4 : 1, 'right'), 'dim')];
        const done = span(padText(percent(share), 4, 'right'));
        if (!roomy || glyphs === undefined) return [done];
        const { role = 'info' } = jobWord(row);
        return [done, span(' '), ...bar({ value: share, max: 1, role }, cells - 5, glyphs)];
      },
      sort: shareOf,
    },
    {
      ...figure('ranges', 'RANGES', ({ ranges, rangesDone }) =>
        ranges === 0 ? undefined : `${formatCount(rangesDone)}/${formatCount(ranges)}`,
      ),
      ...{ min: 11, max: 11, drop: 6 },
      sort: ({ ranges }) => ranges,
    },
    {
      ...figure('moved', 'MOVED', ({ bytes, of }) =>
        of.kind === 'staged' ? undefined : formatSize(bytes),
      ),
      ...{ min: 8, max: 8, drop: 3 },
      sort: ({ bytes }) => bytes,
    },
    {
      ...figure('rate', 'RATE', ({ rate }) =>
        rate === undefined ? undefined : `${formatSize(rate)}/s`,
      ),
      ...{ min: 10, max: 10, drop: 2 },
      sort: ({ rate }) => rate,
    },
  ];
}

function endColumns({ rows }: JobColumnContext): readonly Column<JobRow>[] {
  const names = widest(
    rows.map(({ node }) => [span(node)]),
    { min: 4, max: 12 },
  );
  return [
    { ...text('on', 'ON', ({ node }) => node || UNKNOWN), min: names, max: names, drop: 5 },
    { ...text('what', 'WHAT', ({ about }) => about), min: 12, max: 60, drop: 0 },
  ];
}

/** How much of it is done, 0..1; undefined while nobody knows how much there is. */
function shareOf({ ranges, rangesDone }: JobRow): number | undefined {
  return ranges === 0 ? undefined : rangesDone / ranges;
}

type Shown = Pick<Column<JobRow>, 'id' | 'title' | 'align' | 'cell' | 'sort'>;

function text(id: string, title: string, value: (row: JobRow) => string): Shown {
  return {
    id,
    title,
    align: 'left',
    cell: (row) => [span(clean(value(row)))],
    sort: value,
  };
}

function figure(
  id: string,
  title: string,
  show: (row: JobRow) => string | undefined,
): Omit<Shown, 'sort'> {
  return {
    id,
    title,
    align: 'right',
    cell: (row) => {
      const shown = show(row);
      return shown === undefined ? [span(UNKNOWN, 'dim')] : [span(shown)];
    },
  };
}
