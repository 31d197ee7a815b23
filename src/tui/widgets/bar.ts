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
  const total = parts.reduce((sum, { size }) => sum + size, 0);
  if (total <= 0 || width <= 0) return [span(' '.repeat(Math.max(0, width)))];
  const cells = parts.map(({ size }) => (size === 0 ? 0 : Math.max(1, (size / total) * width)));
  const spans: Span[] = [];
  let used = 0;
  let exact = 0;
  const scale = width / cells.reduce((sum, share) => sum + share, 0);
  for (const [i, { mark, role }] of parts.entries()) {
    exact += cells[i]! * scale;
    const end = Math.min(width, Math.round(exact));
    if (end > used) spans.push(span(mark.repeat(end - used), role));
    used = Math.max(used, end);
  }
  return spans;
}
