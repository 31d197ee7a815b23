import type { ErrorCode, ErrorRow } from '../../node/core/errors.js';
import type { Look } from '../look.js';
import { wrapText } from '../text-width.js';
import { document } from './lines.js';

const LABEL = 9;

/** One row of the error table. */
export function renderErrorRow(code: ErrorCode, row: ErrorRow, look: Look): string {
  const retry = row.retryable ? 'may be sent again as it is' : 'will fail again as it is';
  return document([
    look.paint('bold', code),
    ...labelled('means', row.means, look.width),
    ...labelled('next', row.next, look.width),
    ...labelled('retry', retry, look.width),
    ...labelled('exit', `${row.exit}   gRPC ${row.grpc}`, look.width),
  ]);
}

function labelled(name: string, text: string, width: number): readonly string[] {
  const lines = wrapText(text, width - LABEL - 2);
  return lines.map((line, i) => `  ${(i === 0 ? name : '').padEnd(LABEL)}${line}`);
}
