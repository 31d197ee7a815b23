import { closeSync, openSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readValue, type Input } from '../../../src/cli/value-input.js';
import { LIMITS } from '../../../src/node/core/limits.js';

let folder: string;
let file: string;
const fds: number[] = [];

/** Standard input that holds these bytes, with the descriptor of a path. */
function input(path: string, ...chunks: readonly Uint8Array[]): Input {
  const fd = openSync(path, 'r');
  fds.push(fd);
  return { fd, stream: Readable.from(chunks) };
}

const failure = (code: string, message: string): object =>
  expect.objectContaining({ code, message: expect.stringContaining(message) as string }) as object;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kv-value-'));
  file = join(folder, 'value');
  await writeFile(file, Uint8Array.from([255, 0, 10]));
});

afterAll(async () => {
  for (const fd of fds) closeSync(fd);
  await rm(folder, { recursive: true });
});

describe('the value of put', () => {
  it('is the argument, even an empty one', async () => {
    const stdin = input('/dev/null');

    expect(await readValue({ argument: 'v', file: undefined }, stdin)).toEqual(
      Uint8Array.from([118]),
    );
    expect(await readValue({ argument: '', file: undefined }, stdin)).toHaveLength(0);
  });

  it('is the bytes of a file', async () => {
    const value = await readValue({ argument: undefined, file }, input('/dev/null'));

    expect([...value]).toEqual([255, 0, 10]);
  });

  it('is standard input byte for byte when it is -, whatever is behind it', async () => {
    const stdin = input('/dev/null', Uint8Array.from([255]), Uint8Array.from([10, 13]));

    expect([...(await readValue({ argument: '-', file: undefined }, stdin))]).toEqual([
      255, 10, 13,
    ]);
  });

  it('is standard input when it is left out and that is a file', async () => {
    const stdin = input(file, Uint8Array.from([1, 2]));

    expect([...(await readValue({ argument: undefined, file: undefined }, stdin))]).toEqual([1, 2]);
  });

  it('is missed, with examples, when standard input is /dev/null', async () => {
    await expect(
      readValue({ argument: undefined, file: undefined }, input('/dev/null')),
    ).rejects.toMatchObject({
      code: 'KV_USAGE',
      hints: expect.arrayContaining(['kv put KEY VALUE']) as string[],
    });
  });

  it('is missed when standard input is closed', async () => {
    const fd = openSync('/dev/null', 'r');
    closeSync(fd);
    const stdin = { fd, stream: Readable.from([]) };

    await expect(readValue({ argument: undefined, file: undefined }, stdin)).rejects.toEqual(
      failure('KV_USAGE', 'no VALUE is given'),
    );
  });

  it('is not taken from an argument that lost bytes', async () => {
    await expect(
      readValue({ argument: 'a\uFFFD', file: undefined }, input('/dev/null')),
    ).rejects.toEqual(failure('KV_USAGE', '--file'));
  });

  it('comes from one place only', async () => {
    await expect(readValue({ argument: 'v', file }, input('/dev/null'))).rejects.toEqual(
      failure('KV_USAGE', 'not both'),
    );
  });

  it('is read no further than any cluster would take', async () => {
    const chunk = new Uint8Array(1024 * 1024);
    let read = 0;
    const endless = Readable.from(
      (function* () {
        for (;;) {
          read += chunk.length;
          yield chunk;
        }
      })(),
    );

    await expect(
      readValue({ argument: '-', file: undefined }, { fd: 0, stream: endless }),
    ).rejects.toEqual(failure('KV_VALUE_TOO_LARGE', 'more than 16 MiB'));
    expect(read).toBeLessThan(2 * LIMITS.valueBytesHard);
  });

  it.each([
    ['a file that is not there', () => join(folder, 'none'), 'there is none'],
    ['a directory', () => folder, 'it is a directory'],
  ])('cannot be read from %s', async (_what, path, why) => {
    await expect(
      readValue({ argument: undefined, file: path() }, input('/dev/null')),
    ).rejects.toEqual(failure('KV_USAGE', why));
  });
});
