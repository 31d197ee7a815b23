#!/usr/bin/env node
// What has to be settled before any other module is loaded: every import below is dynamic for that reason.

// React's development build records a measurement per render and never frees it; oclif looks for sources to compile.
process.env.NODE_ENV = 'production';

// A reader that closes the pipe (`kv node list | head -1`) has all it wanted; a full disk is worth a line.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error) => {
    if (error.code === 'EPIPE') process.exit(0);
    if (stream === process.stdout) console.error(`Error: standard output: ${error.message}`);
    process.exit(74);
  });
}

const args = process.argv.slice(2);
const end = args.indexOf('--');
const flags = end === -1 ? args : args.slice(0, end);

settleColour(process.env);

if (args.length === 1 && (args[0] === '--version' || args[0] === '-V')) {
  await printVersion();
} else {
  const { enableCompileCache } = await import('node:module');
  enableCompileCache?.(); // since Node 22.8
  const { run, settings } = await import('@oclif/core');
  settings.enableAutoTranspile = false;
  try {
    await run(args, import.meta.url);
  } catch (error) {
    const { reportEscaped } = await import('../dist/cli/escaped-error.js');
    process.exit(reportEscaped(error, args));
  }
}

/** One decision for all libraries: oclif follows NO_COLOR, Ink follows only FORCE_COLOR. */
function settleColour(env) {
  const always = flags.includes('--color=always') || valueOf('--color') === 'always';
  const never =
    flags.includes('--no-color') ||
    flags.includes('--color=never') ||
    valueOf('--color') === 'never' ||
    Boolean(env.NO_COLOR) ||
    Boolean(env.KV_NO_COLOR);
  if (always) {
    delete env.NO_COLOR;
    env.FORCE_COLOR ??= '1';
  } else if (never) {
    env.NO_COLOR = '1';
    env.FORCE_COLOR = '0';
  }
}

function valueOf(flag) {
  const at = flags.indexOf(flag);
  return at === -1 ? undefined : flags[at + 1];
}

/** Scripts ask for the version often: the same line as oclif's, without loading oclif. */
async function printVersion() {
  const { readFileSync } = await import('node:fs');
  const { name, version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url)));
  process.stdout.write(
    `${name}/${version} ${process.platform}-${process.arch} node-${process.version}\n`,
  );
}
