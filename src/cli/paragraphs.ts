/** Joins the lines of each paragraph, so that whoever prints the text can break them anew; an empty line parts paragraphs. */
export function paragraphs(text: string): string {
  return text.replace(/(?<!\n)\n(?!\n)/g, ' ');
}
