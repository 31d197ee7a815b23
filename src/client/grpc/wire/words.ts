import { BadFrame } from './bad-frame.js';

/** Makes the reader of a field that holds one of a few words. @throws BadFrame, from the reader, for any other. */
export function wordOf<W extends string>(...words: readonly W[]): (text: string) => W {
  const known = new Set<string>(words);
  return (text) => {
    if (!known.has(text)) throw new BadFrame(`an unknown word: ${text.slice(0, 40)}`);
    // The set holds exactly the words of W, and has this one.
    return text as W;
  };
}
