import { span, type Line, type Role, type Span } from '../line.js';
import type { Glyphs } from '../theme.js';

export interface Bar {
  readonly value: number;
  /** The value of a full bar. */
  readonly max: number;
  /** A value worth a mark on the bar. */
  readonly threshold?: number | undefined;
  readonly role: Role;
}

/** A bar of exactly `width` cells, with its threshold marked whether it is reached or not. */
export function bar({ value, max, threshold, role }: Bar, width: number, glyphs: Glyphs): Line {
  if (width <= 0) return [];
  const share = max > 0 ? Math.min(1, Math.max(0, value / max)) : 0;
  // Anything above nothing shows, and only a full value fills the last cell.
  const filled = share >= 1 ? width : Math.min(width - 1, Math.ceil(share * width));
  const mark =
    threshold === undefined || !(max > 0)
      ? -1
      : Math.min(width - 1, Math.floor((threshold / max) * width));
  const cells = Array.from({ length: width }, (_, i) => {
    if (i === mark) return i < filled ? glyphs.markFull : glyphs.markEmpty;
    return i < filled ? glyphs.full : glyphs.empty;
  });
  const spans: Span[] = [
    span(cells.slice(0, filled).join(''), role),
    span(cells.slice(filled).join(''), 'dim'),
  ];
  return spans.filter(({ text }) => text !== '');
}

/** Parts of a whole as one bar of exactly `width` cells; a part that is there takes a cell at least, if there are enough. */
export function stackedBar(
  parts: readonly { readonly size: number; readonly mark: string; readonly role: Role }[],
  width: number,
): Line {
  const present = parts.filter(({ size }) => size > 0).slice(0, width);
  if (present.length === 0) return [span(' '.repeat(Math.max(0, width)))];
  const total = present.reduce((sum, { size }) => sum + size, 0);
  // One cell for each, and the others by size: rounded so that the sum is exact.
  const spare = width - present.length;
  let before = 0;
  let given = 0;
  return present.map(({ size, mark, role }) => {
    before += size;
    const until = Math.round((before / total) * spare);
    const cells = 1 + until - given;
    given = until;
    return span(mark.repeat(cells), role);
  });
}
