import { expect, it } from 'vitest';
import { checkFormat, DATA_FORMAT, FORMAT_FILE } from '../../../../src/node/store/format.js';
import { MemoryDisk } from '../../../../src/sim/memory-disk.js';
import { utf8Encode } from '../../../../src/stdx/bytes.js';

it('a new directory gets the format, and is accepted from then on', async () => {
  const disk = new MemoryDisk();
  await checkFormat(disk);
  expect(await disk.readFile(FORMAT_FILE)).toEqual(utf8Encode(DATA_FORMAT));
  await checkFormat(disk);
});

it.each(['kv-data 2\n', '', 'kv-data 1', '\u0000garbage'])(
  'a directory of the format %j is refused and left alone',
  async (format) => {
    const disk = new MemoryDisk();
    await disk.replaceFile(FORMAT_FILE, utf8Encode(format));
    await expect(checkFormat(disk)).rejects.toMatchObject({ code: 'KV_FORMAT_UNKNOWN' });
    expect(await disk.readFile(FORMAT_FILE)).toEqual(utf8Encode(format));
  },
);
