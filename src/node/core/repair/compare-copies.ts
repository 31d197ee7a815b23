import { compareBytes, toHex } from '../../../stdx/bytes.js';
import type { RecordDigest } from '../messages.js';
import { compareVersions } from '../version/version.js';

/** One copy in a list of what a replica holds. */
export interface ListedCopy {
  readonly dataKey: Uint8Array;
  readonly digest: RecordDigest;
}

/** What one replica holds of some slots with one floor, ascending by data key, and how far it is complete. */
export interface ReplicaList {
  readonly copies: readonly ListedCopy[];
  /**
   * Keys whose copies it holds and cannot read. They get nothing, for what they hide may be newer than what the others hold: putting that in their
   * place takes a quorum of the others.
   */
  readonly unreadable: ReadonlySet<string>;
  /**
   * The replica has held everything with a stamp of at most so many ms that was not overwritten or deleted since, and has dropped
   * tombstones of that age: what it lacks of that age is dead.
   */
  readonly floorMs: number;
}

/** What has to be done about one key so that the replicas agree; replicas by their position. */
export type CopyTask =
  /** `holder` has the winner; the others get it. */
  | {
      readonly kind: 'send';
      readonly dataKey: Uint8Array;
      readonly digest: RecordDigest;
      readonly holder: number;
      readonly to: readonly number[];
    }
  /** The copies that some still hold were deleted long ago, and the tombstone is gone everywhere else. */
  | {
      readonly kind: 'drop';
      readonly dataKey: Uint8Array;
      readonly from: readonly { readonly replica: number; readonly digest: RecordDigest }[];
    };

/**
 * What makes replicas agree that were listed at one time. Tombstones up to `blindMs`, the highest floor of all, count as absent: whoever
 * still has one may have it for ever, and nobody else gets it.
 *
 * A copy at or below the floor of a replica that has nothing of the key is dead, unless a replica that is complete up to it as well
 * still holds it: then the first has lost it. Without that rule a replica that comes back with an old value would bring it to those
 * that have dropped its tombstone.
 */
export function compareCopies(lists: readonly ReplicaList[], blindMs: number): readonly CopyTask[] {
  const tasks: CopyTask[] = [];
  const cursors = lists.map(() => 0);
  for (;;) {
    const dataKey = lowestKey(lists, cursors);
    if (dataKey === undefined) return tasks;
    const held = lists.map(({ copies }, replica) => {
      const copy = copies[cursors[replica]!];
      if (copy === undefined || compareBytes(copy.dataKey, dataKey) !== 0) return undefined;
      cursors[replica]! += 1;
      return copy.digest.tombstone && copy.digest.version.ms <= blindMs ? undefined : copy.digest;
    });
    const name = toHex(dataKey);
    const hidden = lists.map(({ unreadable }) => unreadable.has(name));
    const task = taskOf(dataKey, held, { lists, hidden });
    if (task !== undefined) tasks.push(task);
  }
}

function taskOf(
  dataKey: Uint8Array,
  held: readonly (RecordDigest | undefined)[],
  {
    lists,
    hidden,
  }: { readonly lists: readonly ReplicaList[]; readonly hidden: readonly boolean[] },
): CopyTask | undefined {
  const holder = winnerOf(held);
  const digest = held[holder];
  if (digest === undefined) return undefined;
  const { ms } = digest.version;
  const isComplete = (replica: number): boolean => lists[replica]!.floorMs >= ms;
  const isDead =
    held.some((copy, replica) => copy === undefined && !hidden[replica]! && isComplete(replica)) &&
    !held.some(
      (copy, replica) => copy !== undefined && orderOf(copy, digest) === 0 && isComplete(replica),
    );
  if (isDead) return { kind: 'drop', dataKey, from: dead(held) };
  const to = [...held.keys()].filter((replica) => {
    const copy = held[replica];
    return !hidden[replica]! && (copy === undefined || orderOf(copy, digest) !== 0);
  });
  return to.length === 0 ? undefined : { kind: 'send', dataKey, digest, holder, to };
}

function dead(
  held: readonly (RecordDigest | undefined)[],
): readonly { readonly replica: number; readonly digest: RecordDigest }[] {
  return held.flatMap((digest, replica) => (digest === undefined ? [] : [{ replica, digest }]));
}

/** The first replica that holds the newest copy; 0 when nobody holds one. */
function winnerOf(held: readonly (RecordDigest | undefined)[]): number {
  let winner = 0;
  for (const [replica, digest] of held.entries()) {
    const best = held[winner];
    if (digest !== undefined && (best === undefined || orderOf(digest, best) > 0)) winner = replica;
  }
  return winner;
}

function lowestKey(
  lists: readonly ReplicaList[],
  cursors: readonly number[],
): Uint8Array | undefined {
  let lowest: Uint8Array | undefined;
  for (const [replica, { copies }] of lists.entries()) {
    const key = copies[cursors[replica]!]?.dataKey;
    if (key !== undefined && (lowest === undefined || compareBytes(key, lowest) < 0)) lowest = key;
  }
  return lowest;
}

/** The order in which records are reconciled, as far as digests tell it: zero for the same record. */
function orderOf(a: RecordDigest, b: RecordDigest): number {
  return (
    compareVersions(a.version, b.version) ||
    Number(a.tombstone) - Number(b.tombstone) ||
    a.checksum - b.checksum
  );
}
