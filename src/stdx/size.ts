const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;
const PATTERN = /^(\d+(?:\.\d+)?) ?(B|[KMGTP]i?B?)?$/i;

/** The bytes of a text such as `263 GiB`, `64MiB`, `16k` or `512`, all binary, or `undefined` if it is no size. */
export function parseSize(text: string): number | undefined {
  const parts = PATTERN.exec(text.trim());
  if (parts === null) return undefined;
  const unit = (parts[2] ?? 'B').toUpperCase();
  // `10 MB` is a million to some and 2^20 to others: refuse it rather than guess.
  if (unit.length === 2) return undefined;
  const power = UNITS.findIndex((name) => name.toUpperCase().startsWith(unit));
  return Math.round(Number(parts[1]) * 1024 ** power);
}

/** A size for people, with two significant digits at least: `9 B`, `1.4 KiB`, `263 GiB`. */
export function formatSize(bytes: number): string {
  let value = bytes;
  let power = 0;
  // 1023.5 and more would be shown as 1024: that is 1.0 of the next unit.
  while (value >= 1023.5 && power < UNITS.length - 1) {
    value /= 1024;
    power += 1;
  }
  const digits = power > 0 && value < 9.95 ? 1 : 0;
  return `${value.toFixed(digits)} ${UNITS[power]!}`;
}
