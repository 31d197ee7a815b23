/** A hybrid logical clock reading: 48-bit milliseconds since 1970 and a 16-bit counter inside the millisecond. */
export interface Stamp {
  readonly ms: number;
  readonly logical: number;
}

/** A stamp and the 64-bit id of the writer that issued it, as two unsigned 32-bit halves. Totally ordered. */
export interface Version extends Stamp {
  readonly writerHi: number;
  readonly writerLo: number;
}

/** Orders stamps by time: negative, zero or positive. */
export function compareStamps(a: Stamp, b: Stamp): number {
  return a.ms - b.ms || a.logical - b.logical;
}

/** Orders versions by stamp, then writer: negative, zero or positive. */
export function compareVersions(a: Version, b: Version): number {
  return a.ms - b.ms || a.logical - b.logical || a.writerHi - b.writerHi || a.writerLo - b.writerLo;
}

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');

/** The text form: `<16 hex digits of stamp>-<16 hex digits of writer>`. */
export function formatVersion(version: Version): string {
  return `${hex(version.ms, 12)}${hex(version.logical, 4)}-${hex(version.writerHi, 8)}${hex(version.writerLo, 8)}`;
}

/** Reads the text form; undefined when it is not one. */
export function parseVersion(text: string): Version | undefined {
  const match = /^([0-9a-f]{12})([0-9a-f]{4})-([0-9a-f]{8})([0-9a-f]{8})$/.exec(text);
  if (match === null) return undefined;
  const [ms, logical, writerHi, writerLo] = match.slice(1).map((part) => Number.parseInt(part, 16));
  if (ms === undefined || logical === undefined || writerHi === undefined || writerLo === undefined)
    return undefined;
  return { ms, logical, writerHi, writerLo };
}
