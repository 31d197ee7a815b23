import { Args } from '@oclif/core';
import { BaseCommand } from '../cli/base-command.js';
import { allCodes, explained } from '../cli/explained.js';
import { renderAlertRow, renderCodes, renderErrorRow } from '../cli/render/error-row.js';

/** What a code means and what to do about it. */
export default class Explain extends BaseCommand {
  static override readonly summary =
    'say what the code of an error or an alert means, and what to do next';

  static override readonly examples = [
    '<%= config.bin %> <%= command.id %> KV_UNAVAILABLE',
    '<%= config.bin %> <%= command.id %> unavailable --json',
    '<%= config.bin %> <%= command.id %>',
  ];

  static override readonly args = {
    code: Args.string({
      description: 'the code, with or without KV_; without it all codes are listed',
      ignoreStdin: true,
    }),
  };

  async run(): Promise<void> {
    const { args } = await this.parse(Explain);
    if (args.code === undefined) {
      const codes = allCodes();
      await this.print({ result: { codes }, text: (look) => renderCodes(codes, look) });
      return;
    }
    const row = explained(args.code);
    await this.print({
      result: row,
      text: (look) =>
        row.kind === 'error'
          ? renderErrorRow(row.code, row, look)
          : renderAlertRow(row.code, row, look),
    });
  }
}
