import { stripVTControlCharacters } from 'node:util';

const PLAIN = /^[\x20-\x7e]*$/;
// Combining marks and invisible characters take no cell.
const NO_CELL = /^[\p{Mn}\p{Me}\p{Cf}\p{Cc}]$/u;
const TWO_CELLS =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}\p{Emoji_Presentation}]$/u;

/** Cells that a text takes on a terminal; colour takes none. */
export function textWidth(text: string): number {
  const shown = text.includes('\x1b') ? stripVTControlCharacters(text) : text;
  if (PLAIN.test(shown)) return shown.length;
  let cells = 0;
  for (const character of shown) cells += cellsOf(character);
  return cells;
}

/** The text cut to at most `width` cells, an ellipsis standing for what is lost; the text has no colour in it. */
export function clipText(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  let kept = '';
  let cells = 0;
  for (const character of text) {
    cells += cellsOf(character);
    if (cells > width - 1) break;
    kept += character;
  }
  return width > 0 ? `${kept}…` : '';
}

/** Text broken between words into lines of at most `width` cells; a longer word stands alone. */
export function wrapText(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && textWidth(longer) > width) {
      lines.push(line);
      line = word;
    } else {
      line = longer;
    }
  }
  return [...lines, line];
}

function cellsOf(character: string): number {
  if (NO_CELL.test(character)) return 0;
  return TWO_CELLS.test(character) ? 2 : 1;
}
