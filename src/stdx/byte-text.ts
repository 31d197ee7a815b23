/** Bytes that become text in one call: all of a key, while a call has a bounded number of arguments. */
const PIECE = 4096;

/** Bytes as a string of the same order, one code unit per byte: a key for a Map. */
export function byteText(bytes: Uint8Array): string {
  if (bytes.length <= PIECE) return textOf(bytes);
  let text = '';
  for (let i = 0; i < bytes.length; i += PIECE) text += textOf(bytes.subarray(i, i + PIECE));
  return text;
}

function textOf(bytes: Uint8Array): string {
  // The signature wants an array of numbers; an array-like is all that `apply` needs.
  return String.fromCharCode.apply(null, bytes as unknown as number[]);
}
