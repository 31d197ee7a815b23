import { Args, Flags } from '@oclif/core';
import { durationFlag, KEY_FLAGS, LEVEL_FLAGS } from '../cli/flags.js';
import { parseKey } from '../cli/keys.js';
import { NAMESPACE_FLAG } from '../cli/namespace-flags.js';
import { OperationCommand } from '../cli/operation-command.js';
import { renderWritten } from '../cli/render/written.js';
import { writeWarnings, writtenItem } from '../cli/results.js';
import { readValue } from '../cli/value-input.js';
import { ttlRefusal } from '../node/core/version/time-to-live.js';

/** Writes one key. */
export default class Put extends OperationCommand {
  static override readonly summary = 'write the value of a key';

  static override readonly description = `VALUE is taken as it is; - or no VALUE at all reads standard input, --file reads a file, both byte for byte.
Without VALUE, standard input has to be a pipe or a file.`;

  static override readonly examples = [
    `<%= config.bin %> <%= command.id %> cart:9 '{"n":1}'`,
    '<%= config.bin %> <%= command.id %> cart:9 - -c all < cart.json',
    '<%= config.bin %> <%= command.id %> photo:7 --file photo.jpg',
    '<%= config.bin %> <%= command.id %> session:5 secret --ttl 1h',
  ];

  static override readonly args = {
    key: Args.string({ description: 'key to write', ignoreStdin: true, required: true }),
    value: Args.string({ description: 'its value; - is standard input', ignoreStdin: true }),
  };

  static override readonly flags = {
    ...LEVEL_FLAGS,
    ...NAMESPACE_FLAG,
    ...KEY_FLAGS,
    file: Flags.string({ helpValue: 'FILE', summary: 'read the value from this file' }),
    ttl: durationFlag({
      summary:
        'how long the key lives; without it as the namespace says, which for default is for good',
    }),
  };

  protected readonly kind = 'put';
  protected override readonly writes = true;

  async run(): Promise<void> {
    const { flags, args } = await this.parse(Put);
    const encoding = flags['key-encoding'];
    const key = parseKey(args.key, encoding);
    const ttlMs = flags.ttl;
    // Before the value is read, which may wait for standard input.
    const refusal = ttlMs === undefined ? undefined : ttlRefusal(ttlMs, Date.now());
    if (refusal !== undefined) throw refusal;
    const value = await readValue(
      { argument: args.value, file: flags.file },
      { fd: 0, stream: process.stdin },
    );
    this.traces = flags.trace;
    const options = {
      namespace: flags.namespace,
      level: flags.consistency,
      trace: flags.trace || this.verbose,
      ttlMs,
    };
    const items = await this.withClient(flags, (client) =>
      this.runAll([key], flags.consistency, (one) => client.put(one, value, options)),
    );
    const { result } = items[0]!;
    await this.print({
      result: { ...writtenItem(key, encoding, result), bytes: value.length, ttlMs },
      warnings: writeWarnings([result]),
      text: () => (flags.quiet ? '' : renderWritten('written', items)),
    });
  }
}
