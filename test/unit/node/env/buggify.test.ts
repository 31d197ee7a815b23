import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { BUGGIFY_POINTS } from '../../../../src/node/env/buggify.js';

const source = fileURLToPath(new URL('../../../../src/node', import.meta.url));

it('every point at which the unlikely may happen is asked about at one place', async () => {
  const asked: string[] = [];
  for (const path of await readdir(source, { recursive: true }))
    if (path.endsWith('.ts')) {
      const text = await readFile(join(source, path), 'utf8');
      for (const match of text.matchAll(/(?<=buggify\(')[^']+(?='\))/g)) asked.push(match[0]);
    }

  expect(asked.sort()).toEqual(Object.keys(BUGGIFY_POINTS).sort());
});
