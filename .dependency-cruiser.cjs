/**
 * The layers, as rules: who may import whom, which package lives where. docs/architecture.md draws them.
 *
 * Imports run one way: stdx < core < env < procedures < {io, sim} < {cli, commands}; client and tui beside.
 */
const layers = {
  stdx: '^src/stdx/',
  core: '^src/node/core/',
  env: '^src/node/env/',
  procedures: '^src/node/(?!core/|env/|io/)',
  client: '^src/client/(?!grpc/)',
  clientGrpc: '^src/client/grpc/',
  io: '^src/node/io/',
  sim: '^src/sim/',
  generated: '^src/generated/',
  tui: '^src/tui/',
  cli: '^src/cli/',
  commands: '^src/commands/',
};

/** A layer may import itself and these. */
const allowed = {
  stdx: [],
  core: ['stdx'],
  env: ['core', 'stdx'],
  procedures: ['env', 'core', 'stdx'],
  client: ['clientGrpc', 'env', 'core', 'stdx'],
  clientGrpc: ['client', 'generated', 'env', 'core', 'stdx'],
  io: ['procedures', 'client', 'clientGrpc', 'generated', 'env', 'core', 'stdx'],
  sim: ['procedures', 'client', 'env', 'core', 'stdx'],
  generated: [],
  tui: ['client', 'clientGrpc', 'core', 'stdx'],
  cli: ['client', 'clientGrpc', 'tui', 'io', 'sim', 'core', 'stdx'],
  commands: ['cli', 'client', 'clientGrpc', 'tui', 'io', 'sim', 'core', 'stdx'],
};

const why = {
  stdx: 'stdx knows nothing of databases, so that it can be read and tested alone.',
  core: 'core decides on values alone, so that a law or an oracle can check every decision.',
  env: 'env says what a node may ask of the world, in the words of core.',
  procedures:
    'procedures reach the world only through env, so that they also run in the simulator.',
  client:
    'the client library is a node to nobody: it knows the words of core, not how a node works.',
  clientGrpc: 'the sockets of the client library know its transport interface and the wire format.',
  io: 'io is the only door of a node to the world; the faces stay outside.',
  sim: 'sim drives nodes and clients in memory; it never opens a socket or a file.',
  generated: 'generated code imports its runtime only.',
  tui: 'the dashboard is a client like any other.',
  cli: 'cli serves the commands; it uses the client, and starts nodes through io.',
  commands: 'a command parses flags and calls a service; it reaches no further than cli does.',
};

const layerRules = Object.entries(allowed).map(([layer, others]) => ({
  name: `layer-${layer}`,
  comment: why[layer],
  severity: 'error',
  from: { path: layers[layer] },
  to: { path: '^src/', pathNot: [layer, ...others].map((name) => layers[name]) },
}));

const deterministic = ['stdx', 'core', 'env', 'procedures', 'client', 'sim'].map((l) => layers[l]);

/** Forbids a package outside its places; `from` are the paths that may import it. */
const packageRule = (name, comment, [packages, from]) => ({
  name,
  comment,
  severity: 'error',
  from: { path: '^src/', pathNot: from },
  to: { path: `(^|/)node_modules/(${packages})(/|$)` },
});

const packageRules = [
  packageRule(
    'leveldb-in-io-level',
    'One folder knows the storage engine, so it can be replaced.',
    ['classic-level', ['^src/node/io/level/']],
  ),
  packageRule('grpc-in-grpc', 'Two folders know gRPC: the server side and the client side.', [
    '@grpc|grpc-health-check',
    ['^src/node/io/grpc/', '^src/client/grpc/', '^src/generated/'],
  ]),
  packageRule('oclif-in-cli', 'A node does not depend on the program that starts it.', [
    '@oclif',
    ['^src/commands/', '^src/cli/'],
  ]),
  packageRule('ink-in-tui', 'Ink and React take 300 ms to load; only the dashboard pays.', [
    'ink|react|ink-testing-library|@types/react',
    ['^src/tui/'],
  ]),
];

const otherRules = [
  {
    name: 'nothing-but-source',
    comment:
      'No package and no Node.js builtin here: time, chance, disk and network are arguments, ' +
      'so that the same code runs under the virtual clock and repeats from a seed.',
    severity: 'error',
    from: { path: deterministic },
    to: { pathNot: '^src/', couldNotResolve: false },
  },
  {
    name: 'generated-in-grpc',
    comment: 'The wire format is translated at the edge; the rest speaks core/messages.',
    severity: 'error',
    from: { path: '^src/', pathNot: ['^src/node/io/grpc/', layers.clientGrpc, layers.generated] },
    to: { path: layers.generated },
  },
  {
    name: 'sim-reaches-no-socket',
    comment: 'Not even through another module: what the simulator loads must be repeatable.',
    severity: 'error',
    from: { path: layers.sim },
    to: { path: [layers.clientGrpc, layers.io, layers.generated], reachable: true },
  },
  {
    name: 'dashboard-on-demand',
    comment:
      'Commands load the dashboard when it is opened; an import at the top slows every command.',
    severity: 'error',
    from: { path: [layers.cli, layers.commands] },
    to: { path: layers.tui, dynamic: false, dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'source-stands-alone',
    comment: 'What is shipped does not depend on tests, benchmarks or scripts.',
    severity: 'error',
    from: { path: '^src/' },
    to: { path: '^(test|bench|scripts|bin)/' },
  },
  {
    name: 'no-dev-dependency',
    comment: 'What is shipped runs without the development dependencies.',
    severity: 'error',
    from: { path: '^src/' },
    to: {
      dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
      dependencyTypesNot: ['type-only'],
    },
  },
  {
    name: 'no-cycle',
    comment: 'Modules that import each other are one module in two files.',
    severity: 'error',
    from: {},
    to: { circular: true },
  },
  {
    name: 'resolvable',
    comment: 'Every import leads to a file or to a declared package.',
    severity: 'error',
    from: {},
    to: { couldNotResolve: true },
  },
];

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [...layerRules, ...packageRules, ...otherRules],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      mainFields: ['main', 'types'],
    },
  },
};
