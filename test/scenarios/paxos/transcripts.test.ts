import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { replay } from './transcript.js';

const folder = new URL('transcripts/', import.meta.url);

/** Each transcript is a story for people and a golden test: the indented lines are what the code says. `vitest -u` rewrites them. */
describe('the transcripts of Paxos', () => {
  for (const file of readdirSync(folder)) {
    const name = file.replace('.txt', '').replaceAll('-', ' ');
    it(`${name}: what happens is what is written`, async () => {
      const path = new URL(file, folder);
      const transcript = readFileSync(path, 'utf8');
      expect(transcript).toMatch(/^> /m);
      await expect(replay(transcript)).toMatchFileSnapshot(path.pathname);
    });
  }
});
