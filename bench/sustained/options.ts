import { parseArgs } from 'node:util';
import { STORE_OPTIONS } from '../../src/node/store/store-options.js';
import { parseSize } from '../../src/stdx/size.js';

/** What a run of sustained load is asked for; sizes in bytes. */
export interface SustainedOptions {
  readonly minutes: number;
  /** Puts per second; undefined when the highest that is quick enough is searched for. */
  readonly rate: number | undefined;
  readonly writeBufferBytes: number;
  readonly maxFileBytes: number;
  readonly cacheBytes: number;
  /** Values that are there before the load begins. */
  readonly dataBytes: number;
  /** What the directory may take. */
  readonly diskBytes: number;
  readonly json: boolean;
}

/** The data are at least so many times the cache, or reads of what is replaced would all be answered from memory. */
const DATA_PER_CACHE = 4;
/** Inserts double the data, and what was replaced stays on the disk until it is compacted. */
const DISK_PER_DATA = 4;

export const USAGE = `npm run bench -- sustained [--minutes 30] [--rate PUTS_PER_SECOND] [--write-buffer 64MiB] [--max-file-size 4MiB]
  [--cache 32MiB] [--data 1GiB] [--max-disk 6GiB] [--json]
`;

/** The options that the words say. @throws Error which says what is wrong with them */
export function parseOptions(words: readonly string[]): SustainedOptions {
  const { values } = parseArgs({
    args: [...words],
    options: {
      minutes: { type: 'string', default: '30' },
      rate: { type: 'string' },
      'write-buffer': { type: 'string' },
      'max-file-size': { type: 'string' },
      cache: { type: 'string' },
      data: { type: 'string', default: '1GiB' },
      'max-disk': { type: 'string', default: '6GiB' },
      json: { type: 'boolean', default: false },
    },
  });
  const options: SustainedOptions = {
    minutes: positive('--minutes', values.minutes),
    rate: values.rate === undefined ? undefined : positive('--rate', values.rate),
    writeBufferBytes: size(
      '--write-buffer',
      values['write-buffer'],
      STORE_OPTIONS.writeBufferBytes,
    ),
    maxFileBytes: size('--max-file-size', values['max-file-size'], STORE_OPTIONS.maxFileBytes),
    cacheBytes: size('--cache', values.cache, STORE_OPTIONS.cacheBytes),
    dataBytes: size('--data', values.data, 0),
    diskBytes: size('--max-disk', values['max-disk'], 0),
    json: values.json,
  };
  check(options);
  return options;
}

function check({ cacheBytes, dataBytes, diskBytes }: SustainedOptions): void {
  if (dataBytes < DATA_PER_CACHE * cacheBytes)
    throw new Error(`--data must be at least ${DATA_PER_CACHE} times the cache`);
  if (diskBytes < DISK_PER_DATA * dataBytes)
    throw new Error(`--max-disk must be at least ${DISK_PER_DATA} times --data`);
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < Infinity))
    throw new Error(`${name} must be a number above 0: ${text}`);
  return value;
}

function size(name: string, text: string | undefined, usual: number): number {
  if (text === undefined) return usual;
  const bytes = parseSize(text);
  if (bytes === undefined || bytes === 0)
    throw new Error(`${name} must be a size as 64MiB: ${text}`);
  return bytes;
}
