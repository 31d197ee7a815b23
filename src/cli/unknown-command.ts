import type { Command, Hook, Interfaces } from '@oclif/core';
import { KvError } from '../node/core/errors.js';
import { editDistance } from '../stdx/nearest.js';
import { colourPaint, plainPaint, wantsColour } from './colour.js';
import { earlyFlags } from './early-flags.js';
import { errorEnvelope } from './envelope.js';
import { errorText } from './error-text.js';
import { EXIT, type Failure } from './exit-codes.js';

/** Names that are as near as a slip of the finger. */
const SUGGESTIONS = 3;

/** Says which commands were most likely meant, on standard error, and ends with 127; words after a command that takes none end with 2. */
export const commandNotFound: Hook.CommandNotFound = async function ({ id, argv, config }) {
  const words = id.split(':');
  const failure = explain(words, config);
  const early = earlyFlags([...words, ...(argv ?? [])]);
  const { stdout, stderr } = process;
  if (early.format === 'json' || early.format === 'ndjson') {
    const document = errorEnvelope(words.join(' '), failure, Date.now());
    stdout.write(`${JSON.stringify(document, undefined, early.format === 'json' ? 2 : 0)}\n`);
    stderr.write(`Error: ${failure.error.message}\n`);
  } else {
    const paint = wantsColour(early.colour, stderr, process.env) ? colourPaint : plainPaint;
    const look = { width: 80, paint, writes: false, debug: false };
    stderr.write(errorText(failure.error, look));
  }
  process.exitCode = failure.exit;
};

function explain(words: readonly string[], config: Interfaces.Config): Failure {
  const ids = config.commands.filter((command) => !command.hidden).map(({ id }) => id);
  const parent = longestCommand(words, config.commands);
  const alone = parent !== undefined && !ids.some((id) => id.startsWith(`${parent}:`));
  if (alone) {
    const spoken = parent.replaceAll(':', ' ');
    const extra = words.slice(parent.split(':').length).join(' ');
    const error = new KvError(
      'KV_USAGE',
      `unexpected argument: ${extra} (kv ${spoken} takes none)`,
      { hints: [`kv help ${spoken}`] },
    );
    return { error, exit: error.row.exit };
  }
  const near = nearestIds(words.join(':'), ids).map((id) => `kv ${id.replaceAll(':', ' ')}`);
  const error = new KvError('KV_USAGE', `kv ${words.join(' ')} is not a command`, {
    hints: near.length > 0 ? near : ['kv help'],
  });
  return { error, exit: EXIT.unknownCommand };
}

function longestCommand(
  words: readonly string[],
  commands: readonly Command.Loadable[],
): string | undefined {
  for (let count = words.length - 1; count > 0; count--) {
    const id = words.slice(0, count).join(':');
    if (commands.some((command) => command.id === id)) return id;
  }
  return undefined;
}

/** The ids most like what was typed, best first: a slip in it, or a word of it. */
function nearestIds(typed: string, ids: readonly string[]): readonly string[] {
  const bound = Math.max(2, Math.floor(typed.length / 3));
  return ids
    .map((id) => ({ id, distance: distanceOf(typed, id) }))
    .filter(({ distance }) => distance <= bound)
    .sort((a, b) => a.distance - b.distance || (a.id < b.id ? -1 : 1))
    .slice(0, SUGGESTIONS)
    .map(({ id }) => id);
}

/** `owners` means `ring owners` as much as `rnig owners` does. */
function distanceOf(typed: string, id: string): number {
  const last = id.split(':').at(-1) ?? id;
  return Math.min(editDistance(typed, id), editDistance(typed, last) + 1);
}
