import type { LevelFigures } from '../../env/storage.js';

const MIB = 1024 * 1024;
/** `  1        5        5         0        5         6`: level, files, MiB, seconds, MiB read, MiB written. */
const STATS_LINE = /^ *(\d+) +\d+ +\d+ +\d+ +(\d+) +(\d+)$/;
const LEVEL_LINE = /^--- level (\d+) ---$/;
/** ` 17:123['a' .. 'd']`: number and bytes of a file, and its keys, which are escaped. */
const TABLE_LINE = /^ \d+:(\d+)\[/;

/** The levels of a LevelDB, from its properties `leveldb.stats` and `leveldb.sstables`; levels without files or traffic are left out. */
export function readLevels(stats: string, tables: string): readonly LevelFigures[] {
  const levels = new Map<number, { -readonly [K in keyof LevelFigures]: LevelFigures[K] }>();
  const at = (level: number): { -readonly [K in keyof LevelFigures]: LevelFigures[K] } => {
    const known = levels.get(level);
    if (known !== undefined) return known;
    const fresh = { level, files: 0, bytes: 0, readBytes: 0, writtenBytes: 0 };
    levels.set(level, fresh);
    return fresh;
  };
  for (const line of stats.split('\n')) {
    const [, level, read, written] = STATS_LINE.exec(line) ?? [];
    if (level === undefined) continue;
    at(Number(level)).readBytes = Number(read) * MIB;
    at(Number(level)).writtenBytes = Number(written) * MIB;
  }
  let current = 0;
  for (const line of tables.split('\n')) {
    const [, level] = LEVEL_LINE.exec(line) ?? [];
    if (level !== undefined) current = Number(level);
    const [, bytes] = TABLE_LINE.exec(line) ?? [];
    if (bytes === undefined) continue;
    at(current).files += 1;
    at(current).bytes += Number(bytes);
  }
  return [...levels.values()].sort((a, b) => a.level - b.level);
}
