import type { RawSettings } from '../node/io/config/node-settings.js';
import { shellQuote } from './show-key.js';

/** They are for the first start of a node alone: its directory knows the cluster afterwards. */
const FIRST_ONLY: ReadonlySet<string> = new Set(['init', 'join', 'cluster-name']);

/** The command that starts a node again as it was started, ready to paste; what was in a variable is a flag in it. */
export function startAgain(
  settings: RawSettings,
  { dataDir, file }: { readonly dataDir: string; readonly file: string | undefined },
): string {
  const given = Object.entries(settings).filter(([name]) => !FIRST_ONLY.has(name));
  const flags = given.filter(([, { origin }]) => isFlag(origin) || origin.startsWith('KV_NODE_'));
  const words = [
    ...(file === undefined ? [] : ['--config', file]),
    // The directory comes from the name, or from the folder of the shell: the one that is meant is told.
    ...(given.some(([name]) => name === 'data-dir') ? [] : ['--data-dir', dataDir]),
    ...flags.flatMap(([name, { text }]) => [`--${name}`, text]),
  ];
  return ['kv node start', ...words.map(shellQuote)].join(' ');
}

function isFlag(origin: string): boolean {
  return origin.startsWith('--');
}
