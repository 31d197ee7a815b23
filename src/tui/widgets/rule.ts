import { lineWidth, pad, span, type Line } from '../line.js';
import type { Glyphs } from '../theme.js';

/** A horizontal rule of exactly `width` cells with a title near its start and, if given, a note near its end. */
export function rule(
  width: number,
  glyphs: Glyphs,
  labels: { readonly title?: Line | undefined; readonly note?: Line | undefined } = {},
): Line {
  const draw = (cells: number): Line => [span(glyphs.rule.repeat(Math.max(0, cells)), 'dim')];
  const title = labels.title === undefined ? [] : [span(' '), ...labels.title, span(' ')];
  const note = labels.note === undefined ? [] : [span(' '), ...labels.note, span(' ')];
  const ends = title.length > 0 ? 2 : 0;
  const spare = width - ends - lineWidth(title) - lineWidth(note) - (note.length > 0 ? 2 : 0);
  if (spare < 1 && note.length > 0) return rule(width, glyphs, { title: labels.title });
  if (spare < 0) return pad([...draw(2), ...title], width);
  return [...draw(ends), ...title, ...draw(spare), ...note, ...draw(note.length > 0 ? 2 : 0)];
}
