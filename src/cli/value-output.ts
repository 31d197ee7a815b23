import type { ReadResult } from '../client/client.js';
import { KvError } from '../node/core/errors.js';
import { concatBytes, toHex, utf8DecodeStrict, utf8Encode } from '../stdx/bytes.js';
import { formatSize } from '../stdx/size.js';
import { encodeKey, type KeyEncoding } from './keys.js';
import { keyArguments, showKey } from './show-key.js';

/** How values are written to standard output. */
export interface ValueForm {
  readonly raw: boolean;
  readonly hex: boolean;
  readonly onTerminal: boolean;
}

interface Read {
  readonly key: Uint8Array;
  readonly result: ReadResult;
}

const NEWLINE = utf8Encode('\n');
/** Controls that a terminal obeys, other than tabs and line ends. */
const CONTROL = /[^\P{Cc}\t\n\r]/u;

/** The bytes of one value, with a newline where a person reads them. @throws KvError KV_USAGE for binary on a terminal */
export function printableValue({ key, result }: Read, form: ValueForm): Uint8Array {
  if (!result.found || result.value === undefined) return new Uint8Array(0);
  const bytes = formed(key, result.value, form);
  return form.onTerminal && !form.raw ? concatBytes(bytes, NEWLINE) : bytes;
}

/** Several values, each as `KEY<TAB>LENGTH`, its bytes, and a newline; what is not there is left out. @throws as `printableValue` */
export function frameValues(
  reads: readonly Read[],
  form: ValueForm & { readonly encoding: KeyEncoding },
): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const { key, result } of reads) {
    if (!result.found || result.value === undefined) continue;
    const bytes = formed(key, result.value, form);
    const name = encodeKey(key, form.encoding).text;
    parts.push(utf8Encode(`${name}\t${bytes.length}\n`), bytes, NEWLINE);
  }
  return concatBytes(...parts);
}

function formed(key: Uint8Array, value: Uint8Array, form: ValueForm): Uint8Array {
  if (form.hex) return utf8Encode(toHex(value));
  if (form.onTerminal && !form.raw && !isText(value)) {
    const words = keyArguments(key);
    throw new KvError(
      'KV_USAGE',
      `the value of ${showKey(key)} is binary (${formatSize(value.length)}), and standard output is a terminal`,
      { hints: [`kv get ${words} --hex`, `kv get ${words} --out FILE`, `kv get ${words} --raw`] },
    );
  }
  return value;
}

function isText(value: Uint8Array): boolean {
  const text = utf8DecodeStrict(value);
  return text !== undefined && !CONTROL.test(text);
}
