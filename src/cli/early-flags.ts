import { OUTPUT_FORMATS, type OutputFormat } from './flags.js';
import type { ColourChoice } from './colour.js';

/** What has to be known before the command line is parsed, because parsing it may fail. */
export interface EarlyFlags {
  readonly format: OutputFormat;
  readonly colour: ColourChoice;
}

/** Looks for the output flags alone, wherever they stand before `--`; what is wrong with them is for the parser to say. */
export function earlyFlags(argv: readonly string[]): EarlyFlags {
  const end = argv.indexOf('--');
  const words = end === -1 ? argv : argv.slice(0, end);
  const output = valueOf(words, '--output', '-o');
  const colour = valueOf(words, '--color', undefined);
  return {
    format: words.includes('--json')
      ? 'json'
      : (OUTPUT_FORMATS.find((format) => format === output) ?? 'table'),
    colour: words.includes('--no-color') || colour === 'never' ? 'never' : asChoice(colour),
  };
}

function asChoice(colour: string | undefined): ColourChoice {
  return colour === 'always' ? 'always' : 'auto';
}

/** `--name value`, `--name=value`, `-n value`, `-n=value`, `-nvalue`. */
function valueOf(
  words: readonly string[],
  name: string,
  char: string | undefined,
): string | undefined {
  for (const [i, word] of words.entries()) {
    if (word === name || word === char) return words[i + 1];
    if (word.startsWith(`${name}=`)) return word.slice(name.length + 1);
    if (char !== undefined && word.startsWith(char) && !word.startsWith('--'))
      return word.slice(char.length).replace(/^=/, '');
  }
  return undefined;
}
