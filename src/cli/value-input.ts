import { createReadStream, fstatSync } from 'node:fs';
import { KvError } from '../node/core/errors.js';
import { LIMITS } from '../node/core/limits.js';
import { formatSize } from '../stdx/size.js';
import { argumentBytes } from './keys.js';

/** Where `put` is told to find its value; at most one of them. */
export interface ValueSource {
  readonly argument: string | undefined;
  readonly file: string | undefined;
}

/** Standard input, as far as it matters here. */
export interface Input {
  /** Descriptor, to tell a pipe or a file from a terminal or /dev/null. */
  readonly fd: number;
  readonly stream: AsyncIterable<Uint8Array> & { readonly isTTY?: boolean | undefined };
}

const EXAMPLES = ['kv put KEY VALUE', 'kv put KEY --file F', 'some-program | kv put KEY -'];

/**
 * The bytes to be written, exactly as they are in the argument, the file or standard input.
 * @throws KvError KV_USAGE when there is no value, KV_VALUE_TOO_LARGE, KV_IO_FAILED
 */
export async function readValue(source: ValueSource, input: Input): Promise<Uint8Array> {
  const { argument, file } = source;
  if (file !== undefined) {
    if (argument !== undefined)
      throw new KvError('KV_USAGE', 'give either VALUE or --file, not both', { hints: EXAMPLES });
    return await readAll(createReadStream(file), `the file ${file}`);
  }
  if (argument === '-') return await readAll(input.stream, 'standard input');
  if (argument !== undefined) {
    const value = argumentBytes(argument, 'give the value with --file or on standard input');
    return checkSize(value, 'VALUE');
  }
  if (isPipeOrFile(input)) return await readAll(input.stream, 'standard input');
  const what = input.stream.isTTY === true ? 'a terminal' : 'no pipe and no file';
  throw new KvError('KV_USAGE', `no VALUE is given, and standard input is ${what}`, {
    hints: EXAMPLES,
  });
}

/** Sockets are how some programs connect the standard input of their children. */
function isPipeOrFile({ fd }: Input): boolean {
  try {
    const stat = fstatSync(fd);
    return stat.isFIFO() || stat.isFile() || stat.isSocket();
  } catch {
    // Standard input is closed: there is nothing to read.
    return false;
  }
}

async function readAll(stream: AsyncIterable<Uint8Array>, what: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of stream) {
      chunks.push(chunk);
      length += chunk.length;
      if (length > LIMITS.valueBytesHard) break;
    }
  } catch (error) {
    throw unreadable(what, error);
  }
  return checkSize(Buffer.concat(chunks, length), what);
}

function checkSize(value: Uint8Array, what: string): Uint8Array {
  if (value.length <= LIMITS.valueBytesHard) return value;
  throw new KvError(
    'KV_VALUE_TOO_LARGE',
    `${what} has more than ${formatSize(LIMITS.valueBytesHard)}, the most that any cluster takes`,
  );
}

function unreadable(what: string, error: unknown): KvError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' || code === 'EISDIR' || code === 'EACCES') {
    const why = { ENOENT: 'there is none', EISDIR: 'it is a directory', EACCES: 'not permitted' };
    return new KvError('KV_USAGE', `cannot read ${what}: ${why[code]}`, { cause: error });
  }
  const message = error instanceof Error ? error.message : String(error);
  return new KvError('KV_IO_FAILED', `cannot read ${what}: ${message}`, { cause: error });
}
