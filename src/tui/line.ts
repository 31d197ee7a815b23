import stringWidth from 'string-width';

/** What a piece of text means; the theme decides how that looks. */
export type Role =
  | 'ok'
  | 'warn'
  | 'bad'
  | 'info'
  | 'dim'
  | 'accent'
  | 'bold'
  /** Selected: inverse. */
  | 'sel'
  /** Something is wrong and cannot be overlooked: inverse and bad. */
  | 'alarm'
  | `hue${number}`;

export interface Span {
  readonly text: string;
  readonly role?: Role | undefined;
}

/** One row of the screen, without a line break. */
export type Line = readonly Span[];

// Printable ASCII, punctuation of our own, arrows, boxes and blocks: one cell each.
const NARROW = /^[\x20-\x7e·…←-↓─-▟▲▼]*$/;
// Controls, and the invisible characters that reorder or hide text.
const UNSAFE =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

/** Text from elsewhere, with whatever could move the cursor or hide replaced by `?`. */
export function clean(text: string): string {
  return text.replace(UNSAFE, '?');
}

export function span(text: string, role?: Role): Span {
  return { text, role };
}

/** Cells that a text takes on a terminal. */
export function textWidth(text: string): number {
  return NARROW.test(text) ? text.length : stringWidth(text);
}

export function lineWidth(line: Line): number {
  let width = 0;
  for (const { text } of line) width += textWidth(text);
  return width;
}

/** The text cut to at most `width` cells, with `cut` as its last character if something was lost. */
export function clipText(text: string, width: number, cut = ''): string {
  if (textWidth(text) <= width) return text;
  if (width <= 0) return '';
  const room = width - textWidth(cut);
  if (room < 0) return clipText(cut, width);
  if (NARROW.test(text)) return text.slice(0, room) + cut;
  let taken = '';
  let used = 0;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    const cells = textWidth(segment);
    if (used + cells > room) break;
    taken += segment;
    used += cells;
  }
  return taken + cut;
}

/** The line cut to at most `width` cells. */
export function clip(line: Line, width: number, cut = ''): Line {
  if (lineWidth(line) <= width) return line;
  const spans: Span[] = [];
  const room = Math.max(0, width - textWidth(cut));
  let used = 0;
  for (const { text, role } of line) {
    const kept = clipText(text, room - used);
    used += textWidth(kept);
    if (kept === text) spans.push(span(text, role));
    else return [...spans, span(kept + clipText(cut, width - used), role)];
  }
  return spans;
}

/** The line as exactly `width` cells: cut, or filled with blanks on the side that `align` leaves free. */
export function pad(line: Line, width: number, align: 'left' | 'right' = 'left'): Line {
  const clipped = clip(line, width);
  const missing = width - lineWidth(clipped);
  if (missing <= 0) return clipped;
  const blank = span(' '.repeat(missing));
  return align === 'left' ? [...clipped, blank] : [blank, ...clipped];
}

/** Text as exactly `width` cells. */
export function padText(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const blank = ' '.repeat(Math.max(0, width - textWidth(text)));
  return align === 'left' ? text + blank : blank + text;
}

/** `left` and `right` at the two ends of exactly `width` cells; `right` gives way first. */
export function spread(left: Line, right: Line, width: number): Line {
  const room = width - lineWidth(left);
  if (room <= lineWidth(right))
    return pad(room > 0 ? [...left, ...clip(right, room)] : left, width);
  return [...left, ...pad(right, room, 'right')];
}

/** As many parts as fit, first to last, `gap` cells apart; a part that does not fit is left out, later ones may still fit. */
export function joinFitting(parts: readonly Line[], width: number, gap = 3): Line {
  const spans: Span[] = [];
  let used = 0;
  for (const part of parts) {
    const cells = lineWidth(part);
    const before = used === 0 ? 0 : gap;
    if (cells === 0 || used + before + cells > width) continue;
    if (before > 0) spans.push(span(' '.repeat(before)));
    spans.push(...part);
    used += before + cells;
  }
  return spans;
}

/** The line with every role replaced: selected rows are one colour, stale ones are grey. */
export function recolour(line: Line, role: Role): Line {
  return line.map(({ text }) => span(text, role));
}

/** Plain text of the line. */
export function plain(line: Line): string {
  return line.map(({ text }) => text).join('');
}
