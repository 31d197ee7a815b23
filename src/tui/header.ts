import { planProgress } from '../node/core/topology/plan-progress.js';
import { percent } from '../node/core/views/plan-words.js';
import type { StatusView } from '../node/core/views/status-views.js';
import {
  formatAge,
  formatClock,
  formatInterval,
  formatLatency,
  formatLasting,
  formatRate,
  formatStopwatch,
} from './format.js';
import { ROOMY_COLUMNS } from './layout.js';
import {
  clean,
  clipText,
  joinFitting,
  lineWidth,
  pad,
  span,
  spread,
  type Line,
  type Span,
} from './line.js';
import { factsAgeMs, isStale, shownFacts, type State } from './state.js';
import type { Theme } from './theme.js';
import { healthSpan } from './views/node-state.js';
import { TABS } from './views/registry.js';
import { rule } from './widgets/rule.js';

/** Where a plan and the latencies fit side by side. */
const WIDE_COLUMNS = 100;
/** A switch to another node that is quicker than this is not worth a banner. */
const PATIENCE_MS = 500;

/** The lines above the body: cluster and totals, tabs, and a rule that turns into a banner when the view is lost. */
export function headLines(state: State, theme: Theme): readonly Line[] {
  const { columns } = state.size;
  if (!state.header) return [bannerOr(state, theme, () => smallRule(state, theme))];
  return [
    headerLine(state, columns),
    tabsLine(state, columns),
    bannerOr(state, theme, () => rule(columns, theme.glyphs)),
  ];
}

function headerLine(state: State, width: number): Line {
  const end = clockParts(state);
  const room = width - lineWidth(end) - 1;
  const { tick } = shownFacts(state);
  if (tick === undefined) return spread([span(' kv', 'bold')], end, width);
  const { cluster, health, viewedFrom, reads, writes } = tick.status;
  const change = changeSpan(tick.status);
  // What runs takes the room of the latencies, unless there is enough: nothing comes and goes with the length of a figure.
  const roomy = width >= ROOMY_COLUMNS && (change === undefined || width >= WIDE_COLUMNS);
  const operation = (letter: string, { perSecond, p99Ms }: typeof reads): Line => [
    span(`${letter} `, 'dim'),
    span(formatRate(perSecond)),
    span(roomy ? `/s ${formatLatency(p99Ms)}` : ''),
  ];
  const name: Line = [
    span(clipText(clean(cluster), 20, '~'), 'bold'),
    span(' @', 'dim'),
    span(clipText(clean(viewedFrom), 16, '~'), 'accent'),
  ];
  const parts = [
    name,
    [healthSpan(health)],
    change === undefined ? [] : [change],
    operation('r', reads),
    operation('w', writes),
  ];
  return spread(
    [span(' '), ...joinFitting(parts, room - 1, width >= ROOMY_COLUMNS ? 2 : 1)],
    end,
    width,
  );
}

/** The plan that runs, or what waits to be one, in a word and a figure. */
function changeSpan({ plan, staged, nodes }: StatusView): Span | undefined {
  if (plan === undefined) {
    return staged.length === 0 ? undefined : span(`${staged.length} staged`, 'warn');
  }
  if (plan.paused) return span('plan paused', 'warn');
  const { share = 0 } = planProgress(
    plan.id,
    nodes.map(({ report }) => report?.planReport),
  );
  return span(`plan ${percent(share)}`.padEnd('plan 100%'.length), 'info');
}

function clockParts({ now, frozen, intervalMs }: State): Line {
  const badge: Span[] =
    frozen === undefined
      ? []
      : [span(` frozen ${formatStopwatch(now.monoMs - frozen.at.monoMs)} `, 'sel'), span(' ')];
  return [...badge, span(formatClock(now.wallMs)), span(`  ${formatInterval(intervalMs)} `, 'dim')];
}

function tabsLine({ view }: State, width: number): Line {
  const tabs = TABS.flatMap((tab) => [tabSpan(` ${tab.label} `, tab.view === view)]);
  return spread(tabs, [tabSpan(' ?Help ', view === 'help')], width);
}

function tabSpan(label: string, selected: boolean): Span {
  return selected ? span(`[${label.trim()}]`, 'sel') : span(label, 'dim');
}

/** Without the header, the rule says what cannot be missed. */
function smallRule(state: State, theme: Theme): Line {
  const status = shownFacts(state).tick?.status;
  const title: Line =
    status === undefined
      ? [span('kv', 'bold')]
      : [
          span(clean(`${status.cluster} @${status.viewedFrom}`), 'bold'),
          span('  '),
          healthSpan(status.health),
        ];
  return rule(state.size.columns, theme.glyphs, { title, note: clockParts(state) });
}

function bannerOr(state: State, theme: Theme, otherwise: () => Line): Line {
  const text = bannerText(state);
  if (text === undefined) return otherwise();
  return [span(plainPad(` ! ${text}`, state.size.columns, theme), 'alarm')];
}

function plainPad(text: string, width: number, { glyphs }: Theme): string {
  const [only] = pad([span(clipText(text, width, glyphs.cut))], width);
  return (only?.text ?? '').padEnd(width);
}

/** What is wrong with the stream of ticks, if anything. */
function bannerText(state: State): string | undefined {
  const { link, now, facts } = state;
  const age =
    facts.tick === undefined ? '' : `   data ${formatAge(now.monoMs - facts.receivedMs)} old`;
  if (link.kind === 'lost') {
    const who = link.node === undefined ? 'no node reached for' : `lost ${clean(link.node)}`;
    const next = link.trying === undefined ? '' : `, trying ${clean(link.trying)}`;
    const reason = link.reason === '' ? '' : `   ${clean(link.reason)}`;
    return `${who} ${formatLasting(now.monoMs - link.sinceMs)}${next}${age}${reason}`;
  }
  const waited = link.kind === 'connecting' ? now.monoMs - link.sinceMs : 0;
  if (link.kind === 'connecting' && facts.tick !== undefined && waited > PATIENCE_MS) {
    return `asking ${clean(link.node ?? 'another node')}${age}`;
  }
  if (!isStale(state)) return undefined;
  const silent = link.kind === 'live' ? ` from ${clean(link.node)}` : '';
  return `no tick${silent} for ${formatAge(factsAgeMs(state))}`;
}
