import { writeFile } from 'node:fs/promises';
import { Args, Flags } from '@oclif/core';
import type { ReadResult } from '../client/client.js';
import { EXIT } from '../cli/exit-codes.js';
import { KEY_FLAGS, LEVEL_FLAGS } from '../cli/flags.js';
import { parseKey } from '../cli/keys.js';
import { NAMESPACE_FLAG } from '../cli/namespace-flags.js';
import { OperationCommand } from '../cli/operation-command.js';
import { frameValues, printableValue, type ValueForm } from '../cli/value-output.js';
import { readItem } from '../cli/results.js';
import { showKey } from '../cli/show-key.js';
import { KvError } from '../node/core/errors.js';

/** Reads keys; the bytes of a value are written as they are. */
export default class Get extends OperationCommand {
  static override readonly summary = 'read the value of one key, or of several';

  static override readonly description = `The bytes of the value go to standard output as they are; a newline follows on a terminal only.
Of several keys each is KEY, a tab, the number of bytes, a newline, the bytes, a newline.
Exit code 3 says that a key was not found. Binary values are not written to a terminal unless --raw or --hex is given.`;

  static override readonly usage = '<%= command.id %> KEY..';

  static override readonly examples = [
    '<%= config.bin %> <%= command.id %> user:1042',
    '<%= config.bin %> <%= command.id %> user:1042 -c quorum --trace',
    '<%= config.bin %> <%= command.id %> photo:7 --out photo.jpg',
    '<%= config.bin %> <%= command.id %> user:1042 user:1043 --json',
  ];

  static override readonly args = {
    key: Args.string({
      description: 'keys to read',
      ignoreStdin: true,
      multiple: true,
      required: true,
    }),
  };

  static override readonly flags = {
    ...LEVEL_FLAGS,
    ...NAMESPACE_FLAG,
    ...KEY_FLAGS,
    out: Flags.string({ helpValue: 'FILE', summary: 'write the value to this file' }),
    raw: Flags.boolean({ summary: 'the bytes alone, even on a terminal', exclusive: ['hex'] }),
    hex: Flags.boolean({ summary: 'two hex digits per byte', exclusive: ['raw'] }),
  };

  protected readonly kind = 'get';

  async run(): Promise<void> {
    const { flags, args } = await this.parse(Get);
    const encoding = flags['key-encoding'];
    const keys = args.key.map((text) => parseKey(text, encoding));
    if (flags.out !== undefined && (keys.length > 1 || this.wantsJson))
      throw new KvError('KV_USAGE', '--out takes one key, and no JSON');
    this.traces = flags.trace;
    const options = {
      namespace: flags.namespace,
      level: flags.consistency,
      trace: flags.trace || this.verbose,
    };
    const items = await this.withClient(flags, (client) =>
      this.runAll(keys, flags.consistency, (key) => client.get(key, options)),
    );
    const missing = items.filter(({ result }) => !result.found);
    if (!this.wantsJson)
      for (const { key } of missing) await this.note(`${showKey(key)} not found`);
    if (flags.out !== undefined) {
      await this.#save(flags.out, items[0]!.result);
      return;
    }
    const onTerminal = process.stdout.isTTY;
    const form: ValueForm = { hex: flags.hex, raw: flags.raw, onTerminal };
    await this.print({
      result: {
        items: items.map(({ key, result }) => readItem(key, encoding, { result, withValue: true })),
      },
      text: () =>
        items.length === 1
          ? printableValue(items[0]!, form)
          : frameValues(items, { ...form, encoding }),
      exit: missing.length > 0 ? EXIT.notFound : undefined,
    });
  }

  async #save(file: string, { found, value }: ReadResult): Promise<void> {
    if (!found || value === undefined) {
      process.exitCode = EXIT.notFound;
      return;
    }
    try {
      await writeFile(file, value);
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause);
      throw new KvError('KV_IO_FAILED', `cannot write ${file}: ${message}`, { cause });
    }
  }
}
