import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { allCodes, explained } from '../../src/cli/explained.js';
import { ALERTS } from '../../src/node/core/alert-codes.js';

const src = fileURLToPath(new URL('../../src', import.meta.url));

/** The sources without the table itself. */
const sources = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.tsx?$/.test(file) && !file.endsWith('alert-codes.ts'))
  .map((file) => readFileSync(join(src, file), 'utf8'));

function namesIn(pattern: RegExp): ReadonlySet<string> {
  return new Set(
    sources.flatMap((text) => [...text.matchAll(pattern)].map(([, name]) => name ?? '')),
  );
}

const named = namesIn(/'(KV_[A-Z_]*[A-Z])'/g);
const variables = namesIn(/env(?:: |\[)'(KV_[A-Z_]+)'/g);

describe('kv explain', () => {
  it('knows every code that the sources name', () => {
    const codes = new Set(allCodes().map(({ code }) => code));

    expect([...named].filter((name) => !codes.has(name) && !variables.has(name))).toEqual([]);
  });

  it('knows no alert that nothing tells of', () => {
    expect(Object.keys(ALERTS).filter((code) => !named.has(code))).toEqual([]);
  });

  it('lists each code once', () => {
    const codes = allCodes().map(({ code }) => code);

    expect(codes).toEqual([...new Set(codes)]);
    expect(codes).toContain('KV_RECOVERING');
    expect(codes).toContain('KV_USAGE');
  });

  it.each(['KV_RECOVERING', 'recovering', 'Recovering'])('takes %s for an alert', (text) => {
    expect(explained(text)).toMatchObject({ kind: 'alert', code: 'KV_RECOVERING' });
  });

  it('takes an error for one', () => {
    expect(explained('disk-full')).toMatchObject({ kind: 'error', code: 'KV_DISK_FULL', exit: 75 });
  });

  it('names the nearest code of both tables', () => {
    expect(() => explained('KV_REPAIR_LAET')).toThrow(/did you mean KV_REPAIR_LATE\?/);
    expect(() => explained('KV_UNAVALABLE')).toThrow(/did you mean KV_UNAVAILABLE\?/);
  });
});
