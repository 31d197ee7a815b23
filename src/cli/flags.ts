import { Flags } from '@oclif/core';
import { KvError } from '../node/core/errors.js';
import { CONSISTENCY_LEVELS, parseLevel } from '../node/core/quorum/consistency-level.js';
import { parseDuration } from '../stdx/duration.js';
import { KEY_ENCODINGS } from './keys.js';

export const OUTPUT_FORMATS = ['table', 'wide', 'json', 'ndjson'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

const COLOUR_CHOICES = ['auto', 'always', 'never'] as const;

/** What every command says about its own output. */
export const OUTPUT_FLAGS = {
  output: Flags.option({
    char: 'o',
    helpGroup: 'OUTPUT',
    summary: 'how to print the answer; ndjson is one line per document',
    default: 'table',
    options: OUTPUT_FORMATS,
  })(),
  json: Flags.boolean({ helpGroup: 'OUTPUT', summary: 'the same as -o json' }),
  'no-header': Flags.boolean({ helpGroup: 'OUTPUT', summary: 'tables without column names' }),
  color: Flags.option({
    helpGroup: 'OUTPUT',
    summary: 'when to colour; auto: on a terminal, unless NO_COLOR is set',
    default: 'auto',
    options: COLOUR_CHOICES,
  })(),
  'no-color': Flags.boolean({ helpGroup: 'OUTPUT', summary: 'the same as --color never' }),
  quiet: Flags.boolean({ char: 'q', helpGroup: 'OUTPUT', summary: 'no notes and no warnings' }),
  verbose: Flags.boolean({ char: 'v', helpGroup: 'OUTPUT', summary: 'more notes on stderr' }),
};

/** A length of time as people write it, in ms. */
export const durationFlag = Flags.custom<number>({
  helpValue: 'TIME',
  parse: async (text, _context, { name, env }) => {
    const ms = parseDuration(text);
    if (ms !== undefined && ms > 0) return ms;
    const variable = env === undefined ? '' : ` (or ${env})`;
    throw new KvError(
      'KV_USAGE',
      `--${name}${variable}: ${JSON.stringify(text)} is no length of time: use 500ms, 2s or 1h30m`,
    );
  },
});

/** Where the cluster is, and how long to wait for it. */
export const CONNECTION_FLAGS = {
  endpoint: Flags.string({
    char: 'e',
    helpGroup: 'CONNECTION',
    helpValue: 'HOST:PORT,..',
    summary: 'nodes to ask, in this order; without it 127.0.0.1:7400, then the cluster of `kv dev`',
    env: 'KV_ENDPOINTS',
  }),
  'dial-timeout': durationFlag({
    helpGroup: 'CONNECTION',
    summary: 'how long to wait for a connection (2s)',
    env: 'KV_DIAL_TIMEOUT',
  }),
  timeout: durationFlag({
    helpGroup: 'CONNECTION',
    summary: 'how long to wait for the answer, retries included (5s)',
    env: 'KV_TIMEOUT',
  }),
};

/** How a key on the command line is written. */
export const KEY_FLAGS = {
  'key-encoding': Flags.option({
    summary: 'how the keys are written here and in the answer',
    default: 'utf8',
    options: KEY_ENCODINGS,
  })(),
};

/** How many replicas have to take part. */
export const LEVEL_FLAGS = {
  consistency: Flags.custom({
    char: 'c',
    helpValue: 'LEVEL',
    summary: `how many replicas must agree; without it as the namespace says (quorum): ${CONSISTENCY_LEVELS.slice(0, 5).join(', ')}, any (writes only), local-one, local-quorum, each-quorum`,
    env: 'KV_CONSISTENCY',
    parse: async (text) => {
      const level = parseLevel(text);
      if (level instanceof KvError) throw level;
      return level;
    },
  })(),
  trace: Flags.boolean({ summary: 'show on stderr what each replica did' }),
};
