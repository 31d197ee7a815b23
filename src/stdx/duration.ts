const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
type Unit = keyof typeof UNIT_MS;

const DESCENDING: readonly Unit[] = ['d', 'h', 'm', 's', 'ms'];
const WHOLE =
  /^(?:(\d+(?:\.\d+)?)d)?(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m)?(?:(\d+(?:\.\d+)?)s)?(?:(\d+(?:\.\d+)?)ms)?$/;

/** The milliseconds of a text such as `2s`, `500ms`, `1h30m` or `3d`, or `undefined` if it is no duration. */
export function parseDuration(text: string): number | undefined {
  const parts = WHOLE.exec(text);
  if (parts === null || text === '') return undefined;
  let totalMs = 0;
  for (const [i, unit] of DESCENDING.entries())
    totalMs += Number(parts[i + 1] ?? 0) * UNIT_MS[unit];
  return Math.round(totalMs);
}

/** A duration for people, with the two largest units that matter: `0.4ms`, `12ms`, `2.0s`, `3m12s`, `2h56m`, `41d`. */
export function formatDuration(ms: number): string {
  if (ms < 0) return `-${formatDuration(-ms)}`;
  if (ms < 9.95) return `${ms.toFixed(1)}ms`;
  if (ms < 999.5) return `${Math.round(ms)}ms`;
  if (ms < 9950) return `${(ms / 1000).toFixed(1)}s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return pair(seconds, ['m', 's']);
  const minutes = Math.round(ms / UNIT_MS.m);
  if (minutes < 24 * 60) return pair(minutes, ['h', 'm']);
  const hours = Math.round(ms / UNIT_MS.h);
  return hours < 10 * 24 ? pair(hours, ['d', 'h'], 24) : `${Math.round(ms / UNIT_MS.d)}d`;
}

/** `3m12s` of 192 seconds; a part that is zero is left out. */
function pair(count: number, [large, small]: readonly [Unit, Unit], base = 60): string {
  const larger = Math.floor(count / base);
  const rest = count % base;
  if (larger === 0) return `${rest}${small}`;
  return rest === 0 ? `${larger}${large}` : `${larger}${large}${rest}${small}`;
}
