import { Args } from '@oclif/core';
import { BaseCommand } from '../cli/base-command.js';
import { renderErrorRow } from '../cli/render/error-row.js';
import { ERRORS, KvError, type ErrorCode } from '../node/core/errors.js';
import { nearest } from '../stdx/nearest.js';

/** What an error code means and what to do about it. */
export default class Explain extends BaseCommand {
  static override readonly summary = 'say what an error code means, and what to do next';

  static override readonly examples = [
    '<%= config.bin %> <%= command.id %> KV_UNAVAILABLE',
    '<%= config.bin %> <%= command.id %> unavailable --json',
  ];

  static override readonly args = {
    code: Args.string({
      description: 'the code, with or without KV_',
      ignoreStdin: true,
      required: true,
    }),
  };

  async run(): Promise<void> {
    const { args } = await this.parse(Explain);
    const code = codeNamed(args.code);
    const row = ERRORS[code];
    await this.print({
      result: { code, ...row },
      text: (look) => renderErrorRow(code, row, look),
    });
  }
}

/** @throws KvError KV_USAGE naming the nearest code */
function codeNamed(text: string): ErrorCode {
  const upper = text.toUpperCase().replaceAll('-', '_');
  const name = upper.startsWith('KV_') ? upper : `KV_${upper}`;
  const codes = Object.keys(ERRORS);
  const near = codes.includes(name) ? name : nearest(name, codes);
  if (near === name) return near as ErrorCode; // it is one of the keys of the table
  const advice = near === undefined ? '' : ` (did you mean ${near}?)`;
  throw new KvError('KV_USAGE', `${text} is no error code${advice}`, {
    hints: near === undefined ? [] : [`kv explain ${near}`],
  });
}
