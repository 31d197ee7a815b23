import { textWidth } from '../text-width.js';

/** Parts of one sentence, spread over as many lines as the width asks for; a part is never broken. */
export function flow(parts: readonly string[], width: number, gap = '   '): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const part of parts) {
    if (part === '') continue;
    const longer = line === '' ? part : line + gap + part;
    if (line !== '' && textWidth(longer) > width) {
      lines.push(line);
      line = part;
    } else {
      line = longer;
    }
  }
  return line === '' ? lines : [...lines, line];
}

/** Lines as the text of an answer. */
export function document(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}
