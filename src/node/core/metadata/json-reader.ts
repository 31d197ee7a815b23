import { utf8DecodeStrict } from '../../../stdx/bytes.js';
import { KvError } from '../errors.js';

/** Longest text, list or map in metadata; a table of 10,000 members fits. */
const MAX_ITEMS = 16_384;
const MAX_TEXT = 1024;

/**
 * A cursor over parsed JSON that yields only what was asked for, in the type asked for.
 * Everything else (a wrong type, a missing or an unknown field) is KV_FORMAT_UNKNOWN with the path to it:
 * a field that this version does not know may change what the entry means.
 */
export class JsonReader {
  readonly #value: unknown;
  readonly #path: string;

  constructor(value: unknown, path: string) {
    this.#value = value;
    this.#path = path;
  }

  /** Reads JSON text. @throws KvError KV_FORMAT_UNKNOWN */
  static parse(bytes: Uint8Array, what: string): JsonReader {
    const text = utf8DecodeStrict(bytes);
    if (text === undefined) throw unreadable(what, 'is not UTF-8');
    try {
      return new JsonReader(JSON.parse(text), what);
    } catch (error) {
      throw unreadable(what, 'is not JSON', error);
    }
  }

  /** The members of an object that has these fields and no other; an absent one reads as undefined. */
  object<K extends string>(fields: readonly K[]): Readonly<Record<K, JsonReader>> {
    const value = this.#value;
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw this.#wrong('an object');
    const known = new Set<string>(fields);
    const extra = Object.keys(value).find((key) => !known.has(key));
    if (extra !== undefined)
      throw unreadable(this.#path, `has the unknown field ${JSON.stringify(extra)}`);
    const members = fields.map((key) => {
      const member: unknown = Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
      return [key, new JsonReader(member, `${this.#path}.${key}`)];
    });
    // The entries are made from `fields` one by one, so the record has exactly these keys.
    return Object.fromEntries(members) as Record<K, JsonReader>;
  }

  /** One field of an object whose other fields are not looked at. */
  field(key: string): JsonReader {
    const value = this.#value;
    if (typeof value !== 'object' || value === null) throw this.#wrong('an object');
    const member: unknown = Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
    return new JsonReader(member, `${this.#path}.${key}`);
  }

  text(most = MAX_TEXT): string {
    if (typeof this.#value !== 'string' || this.#value.length > most)
      throw this.#wrong(`a text of at most ${most} characters`);
    return this.#value;
  }

  /** A whole number from 0 on. */
  count(): number {
    if (typeof this.#value !== 'number' || !Number.isSafeInteger(this.#value) || this.#value < 0)
      throw this.#wrong('a whole number');
    return this.#value;
  }

  flag(): boolean {
    if (typeof this.#value !== 'boolean') throw this.#wrong('true or false');
    return this.#value;
  }

  /** One of a few words. */
  oneOf<T extends string>(words: readonly T[]): T {
    const word = words.find((candidate) => candidate === this.#value);
    if (word === undefined)
      throw unreadable(this.#path, `is ${JSON.stringify(this.#value)}, not ${words.join(' or ')}`);
    return word;
  }

  list<T>(read: (item: JsonReader) => T): readonly T[] {
    if (!Array.isArray(this.#value) || this.#value.length > MAX_ITEMS)
      throw this.#wrong(`a list of at most ${MAX_ITEMS} items`);
    return this.#value.map((item, i) => read(new JsonReader(item, `${this.#path}[${i}]`)));
  }

  /** An object whose keys are free. */
  map<T>(read: (item: JsonReader) => T): Readonly<Record<string, T>> {
    const value = this.#value;
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw this.#wrong('an object');
    return Object.fromEntries(
      Object.entries(value).map(([key, item]: [string, unknown]) => [
        key,
        read(new JsonReader(item, `${this.#path}.${key}`)),
      ]),
    );
  }

  /** Undefined when absent. */
  optional<T>(read: (item: JsonReader) => T): T | undefined {
    return this.#value === undefined ? undefined : read(this);
  }

  #wrong(wanted: string): KvError {
    return unreadable(this.#path, this.#value === undefined ? 'is missing' : `is not ${wanted}`);
  }
}

function unreadable(what: string, why: string, cause?: unknown): KvError {
  return new KvError('KV_FORMAT_UNKNOWN', `${what} ${why}`, { cause });
}
