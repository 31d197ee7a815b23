import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const run = promisify(execFile);

interface Cruise {
  readonly summary: {
    readonly totalCruised: number;
    readonly violations: readonly {
      readonly from: string;
      readonly rule: { readonly name: string };
      readonly to: string;
    }[];
  };
}

/** Checks a tree against the layer rules, as `npm run check` does. */
async function cruise(cwd: string, ...folders: readonly string[]): Promise<Cruise> {
  const depcruise = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const config = join(root, '.dependency-cruiser.cjs');
  const args = [depcruise, '--config', config, '--output-type', 'json', ...folders];
  const { stdout } = await run(process.execPath, args, { cwd, maxBuffer: 64 * 1024 * 1024 });
  // The reporter's own format: what is used of it is declared above.
  return JSON.parse(stdout) as Cruise;
}

async function filesUnder(folder: string): Promise<string[]> {
  const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length).replaceAll('\\', '/'))
    .sort();
}

describe('layers', () => {
  it('are kept by every import in the tree', async () => {
    const { summary } = await cruise(root, 'src', 'test');

    expect(
      summary.violations.map(({ from, rule, to }) => `${from} -> ${to}: ${rule.name}`),
    ).toEqual([]);
    expect(summary.totalCruised).toBeGreaterThan(10);
  });
});

/** A module that breaks one rule: its path, what it imports, the rule. */
type Breach = readonly [path: string, imports: string, rule: string];

const breaches: readonly Breach[] = [
  ['src/stdx/a.ts', '../node/core/target.js', 'layer-stdx'],
  ['src/node/core/a.ts', '../env/target.js', 'layer-core'],
  ['src/node/env/a.ts', '../store/target.js', 'layer-env'],
  ['src/node/store/a.ts', '../io/target.js', 'layer-procedures'],
  ['src/node/a.ts', './io/target.js', 'layer-procedures'],
  ['src/node/store/b.ts', '../../client/target.js', 'layer-procedures'],
  ['src/node/store/c.ts', '../../sim/target.js', 'layer-procedures'],
  ['src/client/a.ts', '../node/store/target.js', 'layer-client'],
  ['src/client/grpc/a.ts', '../../node/io/target.js', 'layer-clientGrpc'],
  ['src/node/io/a.ts', '../../cli/target.js', 'layer-io'],
  ['src/node/io/b.ts', '../../sim/target.js', 'layer-io'],
  ['src/sim/a.ts', '../cli/target.js', 'layer-sim'],
  ['src/generated/a.ts', '../stdx/target.js', 'layer-generated'],
  ['src/tui/a.ts', '../cli/target.js', 'layer-tui'],
  ['src/cli/a.ts', '../commands/target.js', 'layer-cli'],
  ['src/commands/a.ts', '../node/store/target.js', 'layer-commands'],
  ['src/node/io/c.ts', 'classic-level', 'leveldb-in-io-level'],
  ['src/node/io/d.ts', '@grpc/grpc-js', 'grpc-in-grpc'],
  ['src/cli/b.ts', 'grpc-health-check', 'grpc-in-grpc'],
  ['src/node/io/e.ts', '@oclif/core', 'oclif-in-cli'],
  ['src/cli/c.ts', 'ink', 'ink-in-tui'],
  ['src/commands/b.ts', 'react', 'ink-in-tui'],
  ['src/stdx/b.ts', 'node:fs', 'nothing-but-source'],
  ['src/node/core/b.ts', 'zod', 'nothing-but-source'],
  ['src/node/env/b.ts', 'node:timers', 'nothing-but-source'],
  ['src/node/store/d.ts', 'node:crypto', 'nothing-but-source'],
  ['src/client/b.ts', 'zod', 'nothing-but-source'],
  ['src/sim/b.ts', 'node:perf_hooks', 'nothing-but-source'],
  ['src/node/io/f.ts', '../../generated/target.js', 'generated-in-grpc'],
  ['src/sim/c.ts', '../client/through.js', 'sim-reaches-no-socket'],
  ['src/cli/d.ts', '../tui/target.js', 'dashboard-on-demand'],
  ['src/node/io/g.ts', '../../../test/target.js', 'source-stands-alone'],
  ['src/node/io/h.ts', 'undeclared', 'no-dev-dependency'],
  ['src/node/io/i.ts', 'dev-only', 'no-dev-dependency'],
  ['src/node/io/j.ts', './k.js', 'no-cycle'],
  ['src/node/io/l.ts', './missing.js', 'resolvable'],
];

/** What is allowed, though it looks like one of the above. */
const allowed: readonly (readonly [path: string, imports: string])[] = [
  ['src/node/io/level/ok.ts', 'classic-level'],
  ['src/node/io/grpc/ok.ts', '@grpc/grpc-js'],
  ['src/client/grpc/ok.ts', '../../generated/target.js'],
  ['src/commands/ok.ts', '@oclif/core'],
  ['src/tui/ok.ts', 'ink'],
  ['src/node/store/ok.ts', '../env/target.js'],
  ['src/sim/ok.ts', '../node/store/target.js'],
];

const packages = ['classic-level', 'zod', 'ink', 'react', '@oclif/core', '@grpc/grpc-js'];

/** Writes a project that breaks every rule, and nothing that is not in the table. */
async function plant(folder: string): Promise<void> {
  const write = async (path: string, text: string) => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  };
  const declared = [...packages, 'grpc-health-check'];
  const dependencies = Object.fromEntries(declared.map((name) => [name, '1.0.0']));
  await write(
    'package.json',
    JSON.stringify({ type: 'module', dependencies, devDependencies: { 'dev-only': '1.0.0' } }),
  );
  await write('tsconfig.json', '{"compilerOptions": {"module": "nodenext"}}');
  for (const name of [...declared, 'undeclared', 'dev-only']) {
    await write(`node_modules/${name}/package.json`, JSON.stringify({ name, main: 'index.js' }));
    await write(`node_modules/${name}/index.js`, '');
  }

  const layers = [
    'stdx',
    'node/core',
    'node/env',
    'node/store',
    'node/io',
    'client',
    'client/grpc',
  ];
  for (const layer of [...layers, 'sim', 'generated', 'tui', 'cli', 'commands']) {
    await write(`src/${layer}/target.ts`, 'export const target = 1;\n');
  }
  await write('test/target.ts', 'export const target = 1;\n');
  await write(
    'src/client/through.ts',
    "export type T = typeof import('./grpc/target.js').target;\n",
  );
  await write(
    'src/node/io/k.ts',
    "import type { target } from './j.js';\nexport type T = typeof target;\n",
  );
  for (const [path, imports] of [...breaches, ...allowed])
    await write(path, `import '${imports}';\n`);
}

describe('layer rules', () => {
  let folder: string;
  let found: readonly string[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kv-layers-'));
    await plant(folder);
    const { summary } = await cruise(folder, 'src');
    found = summary.violations.map(({ from, rule }) => `${from} ${rule.name}`);
  });

  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it.each(breaches)('%s importing %s breaks %s', (path, _imports, rule) => {
    expect(found).toContain(`${path} ${rule}`);
  });

  it.each(allowed)('%s may import %s', (path) => {
    expect(found.filter((line) => line.startsWith(path))).toEqual([]);
  });

  it('are all broken by something above', async () => {
    const config: unknown = createRequire(import.meta.url)('../.dependency-cruiser.cjs');
    // The schema of the configuration is the cruiser's; it has refused anything else by now.
    const { forbidden } = config as { readonly forbidden: readonly { readonly name: string }[] };
    const proven = new Set(breaches.map(([, , rule]) => rule));

    expect(forbidden.map(({ name }) => name).filter((name) => !proven.has(name))).toEqual([]);
  });
});

describe('source files', () => {
  it('are named in kebab-case, components in PascalCase, and for what they hold', async () => {
    const wrong = [...(await filesUnder('src')), ...(await filesUnder('test'))]
      .filter((path) => /\.tsx?$/.test(path) && !path.startsWith('src/generated/'))
      .filter((path) => {
        const name = basename(path).replace(/(\.slow)?(\.test)?\.tsx?$/, '');
        const kebab = /^[a-z0-9]+(-[a-z0-9]+)*$/.test(name);
        const component = path.endsWith('.tsx') && /^[A-Z][A-Za-z0-9]*$/.test(name);
        const vague = /^(utils?|helpers?|misc|common|.*-manager|.*-impl)$/.test(name);
        const barrel = name === 'index' && !path.startsWith('src/commands/');
        return vague || barrel || !(kebab || component);
      });

    expect(wrong).toEqual([]);
  });

  it('hold no skipped, focused or unwritten test', async () => {
    const marked: string[] = [];
    for (const path of (await filesUnder('test')).filter((name) => name.endsWith('.test.ts'))) {
      const text = await readFile(join(root, path), 'utf8');
      if (/\b(describe|it|test)\.(skip|only|todo|fails|skipIf|runIf)\b/.test(text))
        marked.push(path);
    }

    expect(marked).toEqual([]);
  });
});

describe('the command manifest', () => {
  it('lists every command, and nothing else, in the version of the package', async () => {
    const json = async (path: string): Promise<unknown> =>
      JSON.parse(await readFile(join(root, path), 'utf8'));
    const ids = (await filesUnder('src/commands')).map((path) =>
      path
        .slice('src/commands/'.length)
        .replace(/(\/?index)?\.ts$/, '')
        .replaceAll('/', ':'),
    );
    const { version } = (await json('package.json')) as { version: string };
    const manifest = (await json('oclif.manifest.json')) as { commands: object; version: string };

    expect(Object.keys(manifest.commands)).toEqual(ids.sort());
    expect(manifest.version).toBe(version);
  });
});
