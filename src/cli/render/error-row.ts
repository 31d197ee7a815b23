import type { AlertRow } from '../../node/core/alert-codes.js';
import type { ErrorRow } from '../../node/core/errors.js';
import type { Look } from '../look.js';
import { renderTable } from '../table.js';
import { wrapText } from '../text-width.js';
import { document } from './lines.js';

const LABEL = 9;

/** One row of the error table. */
export function renderErrorRow(code: string, row: ErrorRow, look: Look): string {
  const retry = row.retryable ? 'may be sent again as it is' : 'will fail again as it is';
  return document([
    ...meaning(code, row, look),
    ...labelled('retry', retry, look.width),
    ...labelled('exit', `${row.exit}   gRPC ${row.grpc}`, look.width),
  ]);
}

/** One row of the table of alerts and warnings. */
export function renderAlertRow(code: string, row: AlertRow, look: Look): string {
  const kind = 'alert or warning: no request failed with it';
  return document([...meaning(code, row, look), ...labelled('kind', kind, look.width)]);
}

/** All codes with what they mean, a line each. */
export function renderCodes(
  rows: readonly (AlertRow & { readonly code: string })[],
  look: Look,
): string {
  const columns = [
    { title: 'CODE', cell: ({ code }: { readonly code: string }) => code },
    { title: 'MEANS', cell: ({ means }: AlertRow) => means },
  ];
  return document(renderTable(columns, rows, look));
}

function meaning(code: string, row: AlertRow, look: Look): readonly string[] {
  return [
    look.paint('bold', code),
    ...labelled('means', row.means, look.width),
    ...labelled('next', row.next, look.width),
  ];
}

function labelled(name: string, text: string, width: number): readonly string[] {
  const lines = wrapText(text, width - LABEL - 2);
  return lines.map((line, i) => `  ${(i === 0 ? name : '').padEnd(LABEL)}${line}`);
}
