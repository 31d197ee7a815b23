#!/usr/bin/env node
// Runs the commands straight from src/, without a build: `bin/dev.js status`.
process.env.NODE_ENV = 'production';

const { readFileSync } = await import('node:fs');
const { fileURLToPath } = await import('node:url');
const { Plugin, execute, settings } = await import('@oclif/core');

const { register } = await import('tsx/esm/api');
register();
settings.enableAutoTranspile = false; // tsx does it
settings.debug = true; // show stack traces

const root = fileURLToPath(new URL('..', import.meta.url));
const pjson = JSON.parse(readFileSync(new URL('../package.json', import.meta.url)));
pjson.oclif.commands = './src/commands';
for (const loaded of [pjson.oclif.helpClass, ...Object.values(pjson.oclif.hooks)])
  loaded.target = loaded.target.replace(/^\.\/dist\/(.*)\.js$/, './src/$1.ts');

// The manifest describes what was built last, so it is left aside.
const plugins = [
  new Plugin({ ignoreManifest: true, isRoot: true, pjson, root }),
  ...pjson.oclif.plugins.map((name) => new Plugin({ name, root, type: 'core' })),
];
for (const plugin of plugins) await plugin.load();

await execute({ loadOptions: { pjson, plugins, root } });
