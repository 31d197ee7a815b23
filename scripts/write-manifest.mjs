import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Plugin, settings } from '@oclif/core';

/**
 * Writes oclif.manifest.json: what every command under dist/commands is called and accepts.
 *
 * With it a command starts without loading all the others. It is oclif's own manifest, with the commands
 * sorted so that the same sources always give the same bytes; a command that cannot be loaded fails the build.
 */
process.env.NODE_ENV = 'production';
settings.enableAutoTranspile = false;

const root = fileURLToPath(new URL('..', import.meta.url));
const plugin = new Plugin({
  errorOnManifestCreate: true,
  ignoreManifest: true,
  isRoot: true,
  respectNoCacheDefault: true,
  root,
  type: 'core',
});
await plugin.load();

const byId = ([left], [right]) => (left < right ? -1 : 1);
const commands = Object.fromEntries(Object.entries(plugin.manifest.commands).sort(byId));
const manifest = { commands, version: plugin.manifest.version };
writeFileSync(
  new URL('../oclif.manifest.json', import.meta.url),
  `${JSON.stringify(manifest, null, 2)}\n`,
);
