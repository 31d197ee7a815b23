import { assert } from '../../../stdx/assert.js';
import { hex32, utf8Encode, writeU32be } from '../../../stdx/bytes.js';
import { crc32c } from '../../../stdx/crc32c.js';
import { SLOT_SIZE, type Token } from './token.js';

/** One node as the ring sees it: where it stands, and the tokens that it owns, sorted. */
export interface RingMember {
  readonly nodeId: string;
  readonly tokens: readonly Token[];
  readonly host: string;
  readonly rack: string;
  readonly dc: string;
}

/** The tokens from `start` up to, not including, `end`; it may wrap, and is the whole ring when both are the same. */
export interface TokenRange {
  readonly index: number;
  readonly start: Token;
  readonly end: Token;
}

/**
 * Who owns which range, at one epoch: frozen, and the same for the same members in any order.
 * A token belongs to the node of the first token strictly greater than it, round the end of the ring.
 */
export class Ring {
  /** Sorted by node id. */
  readonly members: readonly RingMember[];
  readonly #tokens: Uint32Array;
  readonly #owners: Uint16Array;
  #hash: string | undefined;
  #ranges: readonly TokenRange[] | undefined;

  private constructor(members: readonly RingMember[]) {
    this.members = members;
    const count = members.reduce((sum, member) => sum + member.tokens.length, 0);
    this.#tokens = new Uint32Array(count);
    this.#owners = new Uint16Array(count);
    this.#fill();
  }

  /** The ring of these members; node ids and tokens are distinct, tokens are multiples of a slot. */
  static of(members: readonly RingMember[]): Ring {
    return new Ring(members.toSorted((a, b) => compareText(a.nodeId, b.nodeId)));
  }

  /** The number of ranges, which is the number of tokens. */
  get size(): number {
    return this.#tokens.length;
  }

  /** Eight hex digits that two nodes with the same ring share, and with other tokens, places or members hardly ever. */
  get hash(): string {
    this.#hash ??= hashOf(this.members);
    return this.#hash;
  }

  /** All ranges in the order of their starts; the last one wraps. */
  ranges(): readonly TokenRange[] {
    this.#ranges ??= Object.freeze(
      Array.from(this.#tokens, (start, index) =>
        Object.freeze({ index, start, end: this.#end(index) }),
      ),
    );
    return this.#ranges;
  }

  /** The range that a token lies in, in O(log n). */
  rangeOf(token: Token): TokenRange {
    const index = this.rangeIndexOf(token);
    return { index, start: this.#tokens[index]!, end: this.#end(index) };
  }

  /** The index of the range that a token lies in, in O(log n). */
  rangeIndexOf(token: Token): number {
    assert(this.size > 0, 'a ring without tokens has no ranges');
    let low = 0;
    let high = this.size;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#tokens[middle]! > token) high = middle;
      else low = middle + 1;
    }
    // `low` is the first token above; the range before it holds the token, and what precedes the first one wraps.
    return (low === 0 ? this.size : low) - 1;
  }

  /** The index, in `members`, of the node that owns a token. */
  ownerIndexOf(token: Token): number {
    return this.ownerOfRange(this.rangeIndexOf(token));
  }

  /** The index, in `members`, of the node that owns the range of this index. */
  ownerOfRange(rangeIndex: number): number {
    return this.ownerAt((rangeIndex + 1) % this.size);
  }

  /** The tokens in ascending order. */
  tokenAt(index: number): Token {
    return this.#tokens[index]!;
  }

  /** The index, in `members`, of the node whose token `tokenAt(index)` is. */
  ownerAt(index: number): number {
    return this.#owners[index]!;
  }

  #end(rangeIndex: number): Token {
    return this.#tokens[(rangeIndex + 1) % this.size]!;
  }

  #fill(): void {
    assert(this.members.length < 0x1_0000, 'owners are kept in 16 bits');
    // Token and owner are sorted as one number, which is several times faster than sorting pairs by a function.
    const keyed = new Float64Array(this.size);
    let at = 0;
    for (const [owner, member] of this.members.entries()) {
      assert(
        owner === 0 || member.nodeId !== this.members[owner - 1]!.nodeId,
        'a member occurs once',
      );
      for (const token of member.tokens) {
        assert(token % SLOT_SIZE === 0, 'tokens of nodes are multiples of a slot');
        keyed[at++] = token * 0x1_0000 + owner;
      }
    }
    keyed.sort();
    for (let i = 0; i < keyed.length; i++) {
      this.#tokens[i] = Math.floor(keyed[i]! / 0x1_0000);
      this.#owners[i] = keyed[i]! % 0x1_0000;
      assert(i === 0 || this.#tokens[i] !== this.#tokens[i - 1], 'a token has one owner');
    }
  }
}

function hashOf(members: readonly RingMember[]): string {
  let hash = 0;
  for (const { nodeId, host, rack, dc, tokens } of members) {
    // JSON keeps the four texts apart, whatever they contain.
    hash = crc32c(utf8Encode(JSON.stringify([nodeId, host, rack, dc, tokens.length])), hash);
    const bytes = new Uint8Array(4 * tokens.length);
    tokens.forEach((token, i) => writeU32be(bytes, 4 * i, token));
    hash = crc32c(bytes, hash);
  }
  return hex32(hash);
}

/** By UTF-16 code units: the same order everywhere, whatever the locale. */
function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
