const STRONG: ReadonlySet<string> = new Set(['quorum', 'all', 'local-quorum', 'each-quorum']);

/**
 * True for the levels that promise something when both the write and the read have one: any two of them share a replica,
 * as long as there is one data centre. `two` of three copies would too, but not while fewer nodes exist.
 */
export function isStrong(level: string): boolean {
  return STRONG.has(level);
}
