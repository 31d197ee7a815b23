import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/**
 * Bundles the dashboard into main.mjs in the folder that is named, or in dist/tui/.
 *
 * As one file, Ink and React load three times faster.
 * React is fixed to its production build, since the other one keeps a measurement of every render.
 */
const cwd = fileURLToPath(new URL('..', import.meta.url));
const folder = process.argv[2] ?? 'dist/tui';

/** Ink imports this only when DEV is set; it is not installed. */
const withoutDevtools = {
  name: 'without-devtools',
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^react-devtools-core$/ }, ({ path }) => ({ path, namespace: 'stub' }));
    onLoad({ filter: /.*/, namespace: 'stub' }, () => ({
      contents: 'export default { initialize() {}, connectToDevTools() {} };',
    }));
  },
};

await build({
  absWorkingDir: cwd,
  entryPoints: ['src/tui/main.tsx'],
  outfile: `${folder}/main.mjs`,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  jsx: 'automatic',
  define: { 'process.env.NODE_ENV': '"production"', 'process.env.DEV': '"false"' },
  // Ink's dependencies are CommonJS in part; inside an ES module they need a require of their own.
  banner: {
    js: "import { createRequire as kvCreateRequire } from 'node:module'; const require = kvCreateRequire(import.meta.url);",
  },
  plugins: [withoutDevtools],
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  sourcemap: 'linked',
  logLevel: 'warning',
});
