import { commandLine, consequence, type Act } from './act.js';
import type { Binding } from './binding.js';
import { GLOBAL_BINDINGS } from './global-bindings.js';
import {
  clean,
  clip,
  clipText,
  joinFitting,
  lineWidth,
  span,
  spread,
  textWidth,
  type Line,
} from './line.js';
import { completions } from './prompt.js';
import type { Prompt, State } from './state.js';
import type { Theme } from './theme.js';
import { VIEW_BINDINGS } from './view-bindings.js';
import { rule } from './widgets/rule.js';
import { position, type Window } from './widgets/scroll.js';

/** The two lines below the body: where the table is scrolled to, and the keys or what is being typed. */
export function footLines(state: State, window: Window, theme: Theme): readonly Line[] {
  const { columns } = state.size;
  return [positionRule(state, window, theme), lastLine(state, columns, theme)];
}

function positionRule(state: State, window: Window, theme: Theme): Line {
  const title = ruleTitle(state, theme);
  const shown = position(window);
  const note: Line | undefined = shown === '' ? undefined : [span(shown)];
  return rule(state.size.columns, theme.glyphs, { title, note });
}

/** What comes of what is asked about, else what is filtered by. */
function ruleTitle({ question, places, view, size }: State, { glyphs }: Theme): Line | undefined {
  const told = question === undefined ? '' : consequence(question);
  if (told !== '') return [span(clipText(told, size.columns - 6, glyphs.cut), 'warn')];
  const { filter } = places[view];
  return filter === '' ? undefined : [span('filter '), span(clean(filter), 'accent')];
}

function lastLine(state: State, width: number, theme: Theme): Line {
  if (state.question !== undefined) return questionLine(state.question, width, theme);
  if (state.prompt !== undefined) return promptLine(state, state.prompt, width);
  const { notice, now } = state;
  if (notice !== undefined && now.monoMs < notice.untilMs) {
    return clip(
      [span(` ${clean(notice.text)}`, notice.bad ? 'bad' : 'ok')],
      width,
      theme.glyphs.cut,
    );
  }
  return keyLine(state, width);
}

/** The command that is meant, and the keys that answer: they are there also where the command has to be cut. */
function questionLine(question: Act, width: number, theme: Theme): Line {
  const keys: Line = [
    span(' y', 'bold'),
    span(' do it  ', 'dim'),
    span('esc', 'bold'),
    span(' leave it', 'dim'),
  ];
  const room = width - lineWidth(keys) - 2;
  const text = clip([span(commandLine(question), 'accent')], room, theme.glyphs.cut);
  return [span(' '), ...text, span(' '), ...keys];
}

const SIGNS = { filter: '/', command: ':', key: 'key: ' } as const;

function promptLine(state: State, prompt: Prompt, width: number): Line {
  const sign = ` ${SIGNS[prompt.kind]}`;
  const room = width - textWidth(sign) - 2;
  const text = clean(prompt.text);
  // The end of a long line is what is being typed.
  let shown = text;
  while (textWidth(shown) > room) shown = shown.slice(1);
  const typed: Line = [span(sign, 'accent'), span(shown), span(' ', 'sel')];
  const left = width - lineWidth(typed) - 2;
  const endings = completions(state, prompt).map((name): Line => [span(name, 'dim')]);
  return left < 10 ? typed : [...typed, span('  '), ...joinFitting(endings, left, 2)];
}

/** The keys worth knowing here; the less important ones give way. */
function keyLine(state: State, width: number): Line {
  const bindings = [...VIEW_BINDINGS[state.view], ...GLOBAL_BINDINGS].filter(
    ({ hint }) => hint !== undefined,
  );
  const sorted = bindings.sort((a, b) => rankOf(a) - rankOf(b));
  const quit = sorted.at(-1);
  const end = quit === undefined ? [] : [...hintLine(quit), span(' ')];
  const room = width - lineWidth(end) - 3;
  return spread(
    [span(' '), ...joinFitting(sorted.slice(0, -1).map(hintLine), room, 2)],
    end,
    width,
  );
}

function rankOf({ hint }: Binding): number {
  return hint?.[0] ?? 0;
}

function hintLine({ hint }: Binding): Line {
  const [key = '', ...words] = (hint?.[1] ?? '').split(' ');
  return [span(key, 'bold'), span(` ${words.join(' ')}`, 'dim')];
}
