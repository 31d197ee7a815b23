import { verdictExit, verdictLines } from '../../cli/storage-verdict.js';
import { NODE_FLAG, RANGE_FLAG, StorageCommand } from '../../cli/storage-command.js';

/** Compares the hash grid with the records. */
export default class StorageVerify extends StorageCommand {
  static override readonly summary =
    'compute the hashes of all records and compare them with the hash grid';

  static override readonly description = `The grid is what repairs compare replicas by. It reads every record, slowly: other traffic goes first. Exit code 5 says that
something differs or cannot be read; what differs is computed again by itself. Ctrl-C ends it.`;

  static override readonly examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --node n2',
    '<%= config.bin %> <%= command.id %> --range 0x6b210000..0x6b44a000',
  ];

  static override readonly flags = { ...NODE_FLAG, ...RANGE_FLAG };

  async run(): Promise<void> {
    const { flags } = await this.parse(StorageVerify);
    const found = await this.work(
      flags,
      { kind: 'verify', range: flags.range },
      (node) => `${node} ends it within a minute`,
    );
    await this.print({
      ...this.factsOf(found, { jobs: found.answers }),
      exit: verdictExit(found.answers),
      text: () =>
        found.answers
          .flatMap(verdictLines)
          .map((line) => `${line}\n`)
          .join(''),
    });
  }
}
