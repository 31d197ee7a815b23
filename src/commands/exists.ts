import { Args } from '@oclif/core';
import { EXIT } from '../cli/exit-codes.js';
import { KEY_FLAGS, LEVEL_FLAGS } from '../cli/flags.js';
import { parseKey } from '../cli/keys.js';
import { NAMESPACE_FLAG } from '../cli/namespace-flags.js';
import { OperationCommand } from '../cli/operation-command.js';
import { readItem } from '../cli/results.js';

/** Says whether a key is there, without reading its value. */
export default class Exists extends OperationCommand {
  static override readonly summary = 'say whether a key is there: exit code 0, or 3';

  static override readonly examples = [
    '<%= config.bin %> <%= command.id %> user:1042',
    '<%= config.bin %> <%= command.id %> user:1042 -q && echo there',
  ];

  static override readonly args = {
    key: Args.string({ description: 'key to look for', ignoreStdin: true, required: true }),
  };

  static override readonly flags = { ...LEVEL_FLAGS, ...NAMESPACE_FLAG, ...KEY_FLAGS };

  protected readonly kind = 'exists';

  async run(): Promise<void> {
    const { flags, args } = await this.parse(Exists);
    const encoding = flags['key-encoding'];
    const key = parseKey(args.key, encoding);
    this.traces = flags.trace;
    const options = {
      namespace: flags.namespace,
      level: flags.consistency,
      trace: flags.trace || this.verbose,
    };
    const items = await this.withClient(flags, (client) =>
      this.runAll([key], flags.consistency, (one) => client.exists(one, options)),
    );
    const { result } = items[0]!;
    await this.print({
      result: { items: [readItem(key, encoding, { result, withValue: false })] },
      text: () => (flags.quiet ? '' : `${result.found ? 'yes' : 'no'}\n`),
      exit: result.found ? undefined : EXIT.notFound,
    });
  }
}
