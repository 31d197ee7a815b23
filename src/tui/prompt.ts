import type { Action, Command } from './actions.js';
import { COMMANDS } from './command-list.js';
import { parseDuration } from '../stdx/duration.js';
import type { Stroke } from './keys.js';
import { shownFacts, type Prompt, type State } from './state.js';
import { currentView } from './views/registry.js';

const LONGEST = 256;

/** What a stroke does to the line that is being typed: it changes, is taken back, or is done. */
export function promptCommands(state: State, prompt: Prompt, stroke: Stroke): readonly Command[] {
  switch (stroke) {
    case 'enter':
      return [{ action: { type: 'prompt', prompt: undefined } }, ...submit(prompt, state)];
    case 'esc':
    case 'ctrl-c':
      return cancel(prompt);
    case 'backspace':
      return prompt.text === '' ? cancel(prompt) : typed(prompt, dropLast(prompt.text));
    case 'ctrl-u':
      return typed(prompt, '');
    case 'ctrl-w':
      return typed(prompt, prompt.text.replace(/\S+\s*$|\s+$/u, ''));
    case 'tab':
      return typed(prompt, complete(state, prompt));
    default: {
      const character = stroke === 'space' ? ' ' : stroke;
      const isText = Array.from(character).length === 1;
      return isText && prompt.text.length < LONGEST ? typed(prompt, prompt.text + character) : [];
    }
  }
}

function dropLast(text: string): string {
  return [...new Intl.Segmenter().segment(text)]
    .slice(0, -1)
    .map(({ segment }) => segment)
    .join('');
}

function typed(prompt: Prompt, text: string): readonly Command[] {
  const line: Command = { action: { type: 'prompt', prompt: { ...prompt, text } } };
  // A filter works while it is typed.
  return prompt.kind === 'filter' ? [line, { action: { type: 'filter', text } }] : [line];
}

function cancel(prompt: Prompt): readonly Command[] {
  const close: Command = { action: { type: 'prompt', prompt: undefined } };
  const restore: Command = { action: { type: 'filter', text: prompt.before } };
  return prompt.kind === 'filter' ? [close, restore] : [close];
}

function submit({ kind, text }: Prompt, state: State): readonly Command[] {
  if (kind === 'filter') return [];
  if (kind === 'key') return text === '' ? [] : [{ effect: { type: 'look-up', key: text } }];
  const words = text.trim();
  return words === '' ? [] : commandsOf(words, state);
}

const act = (action: Action): readonly Command[] => [{ action }];
const refuse = (text: string): readonly Command[] => act({ type: 'notice', text, bad: true });

/** What a typed command does. */
function commandsOf(line: string, state: State): readonly Command[] {
  const [word = '', argument = ''] = splitFirst(line);
  const entries = COMMANDS.filter(({ name }) => name.startsWith(word));
  const entry = COMMANDS.find(({ name }) => name === word) ?? entries[0];
  if (entry === undefined) return refuse(`no command ${word}: ? lists them`);
  if (entry.usage.includes(' ') && argument === '' && !['node', 'filter'].includes(entry.name)) {
    return refuse(`:${entry.usage}`);
  }
  return perform(entry.name, argument, state);
}

function perform(name: string, argument: string, state: State): readonly Command[] {
  switch (name) {
    case 'overview':
    case 'ring':
    case 'hints':
    case 'jobs':
    case 'events':
    case 'help':
      return act({ type: 'view', view: name });
    case 'gossip':
    case 'matrix':
      return [
        ...act({ type: 'view', view: 'gossip' }),
        ...(state.matrix === (name === 'matrix') ? [] : act({ type: 'toggle', what: 'matrix' })),
      ];
    case 'node':
      return argument === ''
        ? act({ type: 'view', view: 'node' })
        : onNode(state, argument, (found) => act({ type: 'node', name: found }));
    case 'view':
      return onNode(state, argument, (found) => [{ effect: { type: 'view-from', name: found } }]);
    case 'key':
      return [
        ...act({ type: 'view', view: 'ring' }),
        { effect: { type: 'look-up', key: argument } },
      ];
    case 'filter':
      return act({ type: 'filter', text: argument });
    case 'sort':
      return sortBy(state, argument);
    case 'interval':
      return setInterval(argument);
    case 'pause':
      return act({ type: 'freeze' });
    case 'save':
      return [{ effect: { type: 'save' } }];
    default:
      return [{ effect: { type: 'quit' } }];
  }
}

function onNode(
  state: State,
  wanted: string,
  then: (name: string) => readonly Command[],
): readonly Command[] {
  const nodes = shownFacts(state).tick?.status.nodes ?? [];
  const found = nodes.find(({ name }) => name === wanted);
  return found === undefined ? refuse(`no node ${wanted}`) : then(found.name);
}

function sortBy(state: State, wanted: string): readonly Command[] {
  const sorts = currentView(state).sorts(state);
  const found = sorts.find(({ id }) => id.startsWith(wanted));
  if (found !== undefined) return act({ type: 'sort', column: found.id });
  const names = sorts.map(({ id }) => id).join(' ');
  return refuse(names === '' ? 'nothing to sort here' : `sort by: ${names}`);
}

function setInterval(text: string): readonly Command[] {
  const intervalMs = parseDuration(text);
  if (intervalMs === undefined || intervalMs <= 0) return refuse(`not a duration: ${text}`);
  return [{ effect: { type: 'set-interval', intervalMs } }];
}

/** Endings of what is typed, the first of which `tab` takes. */
export function completions(state: State, prompt: Prompt): readonly string[] {
  if (prompt.kind !== 'command') return [];
  const [word, argument] = splitFirst(prompt.text);
  if (argument === undefined) {
    return COMMANDS.map(({ name }) => name).filter((name) => name.startsWith(word ?? ''));
  }
  const of = COMMANDS.find(({ name }) => name === word)?.argument;
  const nodes = shownFacts(state).tick?.status.nodes ?? [];
  const names =
    of === 'node'
      ? nodes.map(({ name }) => name)
      : of === 'sort'
        ? currentView(state)
            .sorts(state)
            .map(({ id }) => id)
        : [];
  return names.filter((name) => name.startsWith(argument));
}

function complete(state: State, prompt: Prompt): string {
  const [first] = completions(state, prompt);
  if (first === undefined) return prompt.text;
  const [word, argument] = splitFirst(prompt.text);
  if (argument !== undefined) return `${word ?? ''} ${first}`;
  const takes = COMMANDS.find(({ name }) => name === first)?.usage.includes(' ') === true;
  return takes ? `${first} ` : first;
}

function splitFirst(line: string): readonly string[] {
  const at = line.indexOf(' ');
  return at === -1 ? [line] : [line.slice(0, at), line.slice(at + 1).trim()];
}
