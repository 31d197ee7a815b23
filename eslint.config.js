import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

/**
 * Layers that get time, chance, disk and network as arguments, so that a whole cluster can run in one
 * process under a virtual clock and be replayed from a seed. What they may import is checked by
 * .dependency-cruiser.cjs; what they may touch without importing it is checked here.
 */
const deterministic = {
  files: ['src/stdx/**', 'src/node/**', 'src/sim/**', 'src/client/**'],
  ignores: ['src/node/io/**', 'src/client/grpc/**'],
};

const collected = 'When the collector runs is chance: free by a rule of your own.';
const local = 'It depends on the locale and the engine: compare with < and >, format by hand.';
const ownEvents = 'Its events come when the machine likes: use the injected clock and transport.';

const outsideWorld = [
  ['Date', 'Time is read from the injected clock.'],
  ['performance', 'Time is read from the injected clock.'],
  ['setTimeout', 'Timers are set on the injected clock.'],
  ['setInterval', 'Timers are set on the injected clock.'],
  ['setImmediate', 'Timers are set on the injected clock.'],
  ['clearTimeout', 'Timers are cancelled on the injected clock.'],
  ['clearInterval', 'Timers are cancelled on the injected clock.'],
  ['clearImmediate', 'Timers are cancelled on the injected clock.'],
  ['process', 'Settings are arguments; the process belongs to node/io and cli.'],
  ['Buffer', 'Bytes are Uint8Array.'],
  ['crypto', 'Chance is drawn from the injected random source.'],
  ['fetch', 'The network is the injected transport.'],
  ['console', 'Output goes to the injected log.'],
  ['require', 'Modules are imported.'],
  ['global', 'It reaches around the injected environment.'],
  ['globalThis', 'It reaches around the injected environment.'],
  ['navigator', 'What the machine is like belongs to node/io and cli.'],
  ['WeakRef', collected],
  ['FinalizationRegistry', collected],
  ['Intl', local],
  ['MessageChannel', ownEvents],
  ['BroadcastChannel', ownEvents],
  ['PerformanceObserver', ownEvents],
  ['WebSocket', ownEvents],
  ['EventSource', ownEvents],
  ['eval', 'What it runs is not checked.'],
  ['Function', 'What it runs is not checked.'],
].map(([name, message]) => ({ name, message }));

const inexact = 'Its last bit may differ between engines: use integers, a table or multiplication.';

const unrepeatable = [
  { object: 'Math', property: 'random', message: 'Draw from the injected random source.' },
  { object: 'AbortSignal', property: 'timeout', message: 'Set deadlines on the injected clock.' },
  { object: 'Atomics', property: 'wait', message: 'It blocks the event loop on real time.' },
  { object: 'Atomics', property: 'waitAsync', message: 'It waits for real time.' },
  ...[
    ...['localeCompare', 'toLocaleString', 'toLocaleDateString', 'toLocaleTimeString'],
    ...['toLocaleLowerCase', 'toLocaleUpperCase'],
  ].map((property) => ({ property, message: local })),
  ...[
    ...['exp', 'expm1', 'log', 'log10', 'log1p', 'log2', 'pow', 'cbrt', 'hypot'],
    ...['sin', 'cos', 'tan', 'asin', 'acos', 'atan', 'atan2', 'sinh', 'cosh', 'tanh'],
    ...['asinh', 'acosh', 'atanh'],
  ].map((property) => ({ object: 'Math', property, message: inexact })),
];

const house = [
  ['TSEnumDeclaration', 'Use a union of literals, or an object `as const`.'],
  ['TSModuleDeclaration', 'Use a module.'],
  ['TSParameterProperty', 'Declare the field, then assign it.'],
  ['ExportAllDeclaration', 'Import from the file that defines it.'],
  ['ExportNamedDeclaration[source]', 'Import from the file that defines it.'],
  // `a[i]!` says only that i is in bounds; on anything else `!` hides a case that has to be handled.
  [
    'TSNonNullExpression:not([expression.type="MemberExpression"][expression.computed=true])',
    'Narrow it, or assert() it.',
  ],
  // A constructor cannot be #private.
  [
    ':matches(PropertyDefinition, MethodDefinition[kind!="constructor"])[accessibility="private"]',
    'Use #private.',
  ],
].map(([selector, message]) => ({ selector, message }));

const power = {
  selector: `BinaryExpression[operator="**"]${[
    ':not([left.type="Literal"][right.type="Literal"])',
    ':not([left.value=2])',
    ':not([left.value=1024])',
  ].join('')}`,
  message: inexact,
};

/** A Map, a Set and an array have one order, that of the program. */
const unordered = {
  selector: 'ForInStatement',
  message: 'It visits inherited fields too, integers first: iterate over a Map, a Set or an array.',
};

const whereabouts = {
  selector: 'MetaProperty[meta.name="import"]',
  message: 'Where a file lies is a matter of the machine.',
};

const everywhere = {
  eqeqeq: 'error',
  'no-constant-condition': ['error', { checkLoops: 'allExceptWhileTrue' }],
  'no-fallthrough': 'error',
  'no-self-compare': 'error',
  'no-unreachable': 'error',
  'no-unsafe-finally': 'error',
  'no-var': 'error',
  'object-shorthand': 'error',
  'prefer-const': 'error',
  'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
  'max-lines-per-function': ['error', { max: 70, skipBlankLines: true, skipComments: true }],
  'no-restricted-syntax': ['error', ...house],
};

const typed = {
  'max-params': 'off',
  '@typescript-eslint/max-params': ['error', { max: 3 }],
  '@typescript-eslint/consistent-type-exports': 'error',
  '@typescript-eslint/consistent-type-imports': 'error',
  '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
  '@typescript-eslint/no-explicit-any': 'error',
  '@typescript-eslint/no-floating-promises': 'error',
  '@typescript-eslint/no-misused-promises': 'error',
  '@typescript-eslint/no-non-null-assertion': 'off',
  // Without a comparator numbers are compared as texts.
  '@typescript-eslint/require-array-sort-compare': ['error', { ignoreStringArrays: true }],
  '@typescript-eslint/no-shadow': ['error', { ignoreTypeValueShadow: true }],
  '@typescript-eslint/no-unused-vars': [
    'error',
    { argsIgnorePattern: '^_', caughtErrors: 'all', ignoreRestSiblings: true },
  ],
  '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
  '@typescript-eslint/switch-exhaustiveness-check': 'error',
  // An async method without await is how a synchronous implementation turns its throw into a rejection.
  '@typescript-eslint/require-await': 'off',
};

const noDefaultExport = {
  restrictDefaultExports: {
    direct: true,
    named: true,
    defaultFrom: true,
    namedFrom: true,
    namespaceFrom: true,
  },
};

export default defineConfig(
  globalIgnores(['dist/', 'coverage/', '.cache/', 'src/generated/']),
  { linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: 'error' } },
  { files: ['**/*.{js,mjs,cjs,ts,tsx}'], rules: everywhere },
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: typed,
  },
  {
    files: ['src/**'],
    ignores: ['src/commands/**'],
    rules: { 'no-restricted-exports': ['error', noDefaultExport] },
  },
  {
    ...deterministic,
    rules: {
      'no-restricted-globals': ['error', ...outsideWorld],
      'no-restricted-properties': ['error', ...unrepeatable],
      'no-restricted-syntax': ['error', ...house, power, unordered, whereabouts],
    },
  },
  {
    // A describe block is one long function.
    files: ['test/**'],
    rules: { 'max-lines-per-function': 'off' },
  },
);
