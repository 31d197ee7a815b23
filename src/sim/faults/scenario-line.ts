import { KvError } from '../../node/core/errors.js';
import { parseDuration } from '../../stdx/duration.js';

/** Beyond this, milliseconds would still be exact, and nobody means it. */
const LONGEST_MS = 36_500 * 86_400_000;

/**
 * The words of one line of a scenario file, read from left to right.
 * A word that does not fit is a `KvError` KV_USAGE that names the line, the word, and what was expected.
 */
export class ScenarioLine {
  readonly number: number;
  readonly #words: string[];
  #next = 0;

  constructor(number: number, text: string) {
    this.number = number;
    this.#words = wordsOf(text);
  }

  /** The next word, which stays the next one; undefined at the end. */
  peek(): string | undefined {
    return this.#words[this.#next];
  }

  /** Takes the next word, whatever it is. */
  take(expected: string): string {
    const word = this.peek();
    if (word === undefined) throw this.#wrong('the line ends', expected);
    this.#next += 1;
    return word;
  }

  /** Takes the next word if it is this one. */
  accept(word: string): boolean {
    if (this.peek() !== word) return false;
    this.#next += 1;
    return true;
  }

  /** Takes the next word, which must be this one. */
  expect(word: string): void {
    if (!this.accept(word)) throw this.wrongNext(word);
  }

  /** Takes words out of the rest of the line, wherever they are; false when they are not there. */
  cut(words: readonly string[]): boolean {
    const rest = this.#words.slice(this.#next);
    const at = rest.findIndex((_word, i) => words.every((word, j) => rest[i + j] === word));
    if (at < 0) return false;
    this.#words.splice(this.#next + at, words.length);
    return true;
  }

  /** Makes sure that nothing is left of the line. */
  end(): void {
    if (this.peek() !== undefined) throw this.wrongNext('the end of the line');
  }

  /** A duration such as 30s, in ms. */
  duration(): number {
    const expected = 'a duration such as 30s, 2m or 400ms';
    return this.durationOf(this.take(expected), expected);
  }

  /** The duration that a word that was taken, or a part of it, says; in ms. */
  durationOf(word: string, expected: string): number {
    const ms = parseDuration(word);
    if (ms === undefined) throw this.wrong(word, expected);
    if (ms > LONGEST_MS) throw this.wrong(word, 'at most 36500d');
    return ms;
  }

  /** `for 30s`, in ms. */
  lasting(): number {
    this.expect('for');
    return this.duration();
  }

  /** What is wrong with a word that was taken. */
  wrong(word: string, expected: string): KvError {
    return this.#wrong(`${JSON.stringify(word)} does not fit`, expected);
  }

  /** What is wrong with the line as a whole. */
  refusal(what: string): KvError {
    return new KvError('KV_USAGE', `line ${this.number}: ${what}`);
  }

  /** What is wrong with the next word, or with its absence. */
  wrongNext(expected: string): KvError {
    const word = this.peek();
    return word === undefined
      ? this.#wrong('the line ends', expected)
      : this.#wrong(`${JSON.stringify(word)} does not fit`, expected);
  }

  #wrong(what: string, expected: string): KvError {
    return this.refusal(`${what}: expected ${expected}`);
  }
}

/** Lists and arrows are one word each, with or without spaces inside; `|` is a word of its own. */
function wordsOf(text: string): string[] {
  return text
    .replace(/(^|\s)#.*$/, '')
    .replaceAll('|', ' | ')
    .replaceAll(/\s*(,|->)\s*/g, '$1')
    .split(/\s+/)
    .filter((word) => word !== '');
}
