import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * `npm run bench` runs the ones below, one after the other; `npm run bench -- cluster store --json` only those named,
 * with what follows the names as their options. Each is a process of its own, so that none measures what another left behind.
 */
const ALL = [
  'cluster',
  'store',
  'grid',
  'repair',
  'allocation',
  'wire',
  'start',
  'dashboard',
  'gossip',
  'sustained',
  'expiry',
  'join',
];
/** What runs without a name: the others take minutes. */
const USUAL = ['cluster', 'store', 'allocation', 'start'];

const words = process.argv.slice(2);
const isOption = (word: string): boolean => word.startsWith('-');
/** Names come first; an option before them takes no value. */
const firstName = words.findIndex((word) => !isOption(word));
const names = firstName < 0 ? [] : words.slice(firstName);
const firstOption = names.findIndex(isOption);
const named = firstOption < 0 ? names : names.slice(0, firstOption);
const options = [...words.slice(0, words.length - names.length), ...names.slice(named.length)];
const unknown = named.filter((name) => !ALL.includes(name));
if (unknown.length > 0) {
  process.stderr.write(`no bench is called ${unknown.join(', ')}: there are ${ALL.join(', ')}\n`);
  process.exit(2);
}
for (const name of named.length > 0 ? named : USUAL) {
  const file = fileURLToPath(new URL(`${name}.ts`, import.meta.url));
  if (!existsSync(file)) continue;
  const { status } = spawnSync(process.execPath, ['--import', 'tsx', file, ...options], {
    stdio: 'inherit',
  });
  if (status !== 0) process.exitCode = 1;
}
