import type { Line } from '../../src/tui/line.js';
import { makeTheme } from '../../src/tui/theme.js';

/** How a frame may look. */
export const LOOKS = {
  colour: makeTheme({ color: true, ascii: false }),
  mono: makeTheme({ color: false, ascii: false }),
  ascii: makeTheme({ color: false, ascii: true }),
} as const;
/** The smallest screen, the one that all is made for, and a large one. */
export const SIZES = [
  [60, 15],
  [80, 24],
  [120, 40],
] as const;

/** One line of the frame per line of the file; trailing blanks are cut, as editors would. */
export function picture(lines: readonly Line[], look: keyof typeof LOOKS): string {
  const painted = lines.map((line) => LOOKS[look].paint(line));
  return `${painted.map((line) => line.trimEnd()).join('\n')}\n`;
}
