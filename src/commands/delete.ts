import { Args } from '@oclif/core';
import { KEY_FLAGS, LEVEL_FLAGS } from '../cli/flags.js';
import { parseKey } from '../cli/keys.js';
import { NAMESPACE_FLAG } from '../cli/namespace-flags.js';
import { OperationCommand } from '../cli/operation-command.js';
import { renderWritten } from '../cli/render/written.js';
import { writeWarnings, writtenItem } from '../cli/results.js';

/** Deletes keys, whether or not they are there. */
export default class Delete extends OperationCommand {
  static override readonly summary = 'delete one key, or several, whether or not they are there';

  static override readonly usage = '<%= command.id %> KEY..';

  static override readonly examples = [
    '<%= config.bin %> <%= command.id %> cart:9',
    '<%= config.bin %> <%= command.id %> cart:9 cart:10 -c all',
  ];

  static override readonly args = {
    key: Args.string({
      description: 'keys to delete',
      ignoreStdin: true,
      multiple: true,
      required: true,
    }),
  };

  static override readonly flags = { ...LEVEL_FLAGS, ...NAMESPACE_FLAG, ...KEY_FLAGS };

  protected readonly kind = 'delete';
  protected override readonly writes = true;

  async run(): Promise<void> {
    const { flags, args } = await this.parse(Delete);
    const encoding = flags['key-encoding'];
    const keys = args.key.map((text) => parseKey(text, encoding));
    this.traces = flags.trace;
    const options = {
      namespace: flags.namespace,
      level: flags.consistency,
      trace: flags.trace || this.verbose,
    };
    const items = await this.withClient(flags, (client) =>
      this.runAll(keys, flags.consistency, (key) => client.delete(key, options)),
    );
    const documents = items.map(({ key, result }) => writtenItem(key, encoding, result));
    await this.print({
      // One key has its fields at the top, as put has.
      result: { ...(documents.length === 1 ? documents[0] : {}), items: documents },
      warnings: writeWarnings(items.map(({ result }) => result)),
      text: () => (flags.quiet ? '' : renderWritten('deleted', items)),
    });
  }
}
