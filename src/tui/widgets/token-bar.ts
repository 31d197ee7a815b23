import type { RingView } from '../../node/core/views/ring-views.js';
import type { Line, Role, Span } from '../line.js';
import { span } from '../line.js';

const SPACE = 2 ** 32;
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** The letter and colour of the n-th node of the ring; letters repeat after 62 nodes. */
export function ringLetter(index: number): { readonly letter: string; readonly role: Role } {
  return { letter: LETTERS[index % LETTERS.length]!, role: `hue${index}` };
}

/** For each of `width` equal parts of the token space, the index of the node that is the first replica of most of it. */
export function mostlyPrimary(ring: RingView, width: number): readonly (number | undefined)[] {
  return ring.ranges.length > 0 ? fromRanges(ring, width) : fromStrips(ring, width);
}

/** The token space as one line: each cell is lettered and coloured by its primary. */
export function tokenBar(ring: RingView, width: number, lit: ReadonlySet<string>): Line {
  const spans: Span[] = [];
  for (const index of mostlyPrimary(ring, width)) {
    const node = index === undefined ? undefined : ring.nodes[index];
    if (index === undefined || node === undefined) {
      spans.push(span(' '));
      continue;
    }
    const { letter, role } = ringLetter(index);
    const other = lit.size > 0 && !lit.has(node.name);
    spans.push(span(letter, other ? 'dim' : role));
  }
  return spans;
}

/** Cell of `width` that a token falls into. */
export function tokenCell(token: number, width: number): number {
  return Math.min(width - 1, Math.floor(((token >>> 0) / SPACE) * width));
}

function fromStrips({ nodes }: RingView, width: number): (number | undefined)[] {
  const slots = nodes[0]?.strip.length ?? 0;
  const owners = Array.from({ length: slots }, (_, slot) => {
    let most = 0;
    let owner: number | undefined;
    for (const [i, { strip }] of nodes.entries()) {
      const share = strip[slot] ?? 0;
      if (share > most) {
        most = share;
        owner = i;
      }
    }
    return owner;
  });
  return Array.from(
    { length: width },
    (_, cell) => owners[Math.floor(((cell + 0.5) / width) * slots)],
  );
}

function fromRanges({ nodes, ranges }: RingView, width: number): (number | undefined)[] {
  const indexes = new Map(nodes.map(({ name }, i) => [name, i]));
  const shares = Array.from({ length: width }, () => new Map<number, number>());
  for (const { start, end, replicas } of ranges) {
    const owner = indexes.get(replicas[0] ?? '');
    if (owner === undefined) continue;
    const pieces: readonly (readonly [number, number])[] =
      end > start
        ? [[start, end]]
        : [
            [start, SPACE],
            [0, end],
          ];
    for (const [from, to] of pieces) {
      addShare(shares, owner, [(from / SPACE) * width, (to / SPACE) * width]);
    }
  }
  return shares.map((owners) => [...owners].sort(([, a], [, b]) => b - a)[0]?.[0]);
}

function addShare(
  shares: readonly Map<number, number>[],
  owner: number,
  [from, to]: readonly [number, number],
): void {
  for (let cell = Math.floor(from); cell < to && cell < shares.length; cell++) {
    const part = Math.min(cell + 1, to) - Math.max(cell, from);
    const owners = shares[cell]!;
    owners.set(owner, (owners.get(owner) ?? 0) + part);
  }
}
