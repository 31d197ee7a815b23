import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { EXIT } from '../../src/cli/exit-codes.js';
import { ALERTS, type AlertRow } from '../../src/node/core/alert-codes.js';
import { ERRORS, type ErrorCode, type ErrorRow } from '../../src/node/core/errors.js';

const page = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');
const rows = Object.entries(ERRORS) as [ErrorCode, ErrorRow][]; // keys of the table

/** What the page says of one code, as one line per paragraph. */
function sectionOf(code: string): readonly string[] {
  const section = page.split(/^### /m).find((text) => text.startsWith(`${code}\n`)) ?? '';
  return section
    .split('\n\n')
    .map((paragraph) => paragraph.trim().replaceAll('\n', ' '))
    .filter((paragraph) => paragraph !== '');
}

describe('docs/errors.md', () => {
  it('has a section for every code of the table, in its order, and for nothing else', () => {
    const titles = [...page.matchAll(/^### (.*)$/gm)].map((match) => match[1]);

    expect(titles).toEqual(rows.map(([code]) => code));
  });

  it.each(rows)('says of %s what the table says', (code, row) => {
    const retry = row.retryable ? 'retryable' : 'not retryable';

    expect(sectionOf(code)).toEqual([
      code,
      `exit ${row.exit} · ${retry} · gRPC ${row.grpc}`,
      row.means,
      `Next: ${row.next}`,
    ]);
  });

  it('explains every exit code there is', () => {
    const explained = [...page.matchAll(/^\| (\d+) +\|/gm)].map((match) => Number(match[1]));
    const used = new Set([...rows.map(([, row]) => row.exit), ...Object.values(EXIT)]);

    expect(explained).toEqual([...used].sort((a, b) => a - b));
  });

  it('has a row for every code of an alert or a warning, with what the table says', () => {
    const cells = [...page.matchAll(/^\| `(KV_\w+)` +\|([^|]*)\|([^|]*)\|$/gm)];
    const told = cells.map(([, code, means = '', next = '']) => [code, means.trim(), next.trim()]);
    const alerts: [string, AlertRow][] = Object.entries(ALERTS);

    expect(told).toEqual(alerts.map(([code, { means, next }]) => [code, means, next]));
  });
});
