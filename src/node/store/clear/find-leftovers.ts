import type { Namespace, NodeId } from '../../core/metadata/cluster-metadata.js';
import type { SlotRun } from '../../core/repair/slot-map.js';
import { RING_SIZE, SLOT_SIZE, type Token } from '../../core/ring/token.js';
import { tokenOfData } from '../../core/version/data-key.js';
import type { ClusterView } from '../../services.js';
import { takeEntries, type BackgroundStore } from '../background-store.js';
import { dataBound } from '../data-range.js';
import type { Pace } from '../pace.js';

/** Looks at the disk that go together. */
const PAGE_LOOKS = 16;

export interface LeftoverSearch {
  readonly store: Pick<BackgroundStore, 'scan'>;
  readonly pace: Pace;
  readonly ownId: NodeId;
  /** The cluster while no plan changes it. */
  readonly view: Pick<ClusterView, 'ring' | 'ownersOf'>;
}

/** Where a search has come to. */
interface Searched {
  /** From here on; undefined at the end. */
  readonly next: Token | undefined;
  readonly sizeBytes: number;
}

/**
 * The ranges of a namespace of which the store holds records although this node owns none of them, ascending. It skips what the node owns, and
 * from one record to the next over what is empty: a node that owns all of the ring does not touch the disk. It ends early when the signal comes.
 * @throws KvError KV_STORE_FAILED
 */
export async function findLeftovers(
  search: LeftoverSearch,
  namespace: Namespace,
  signal: AbortSignal,
): Promise<readonly SlotRun[]> {
  const found: SlotRun[] = [];
  let token = foreignFrom(search, namespace, 0);
  while (token !== undefined && !signal.aborted) {
    const from = token;
    const page = await search.pace.work(signal, () => lookFrom(search, { namespace, from }, found));
    token = page.next;
  }
  return found;
}

async function lookFrom(
  search: LeftoverSearch,
  { namespace, from }: { readonly namespace: Namespace; readonly from: Token },
  found: SlotRun[],
): Promise<Searched> {
  let token: Token | undefined = from;
  let sizeBytes = 0;
  for (let looks = 0; looks < PAGE_LOOKS && token !== undefined; looks++) {
    const range = { gte: dataBound(namespace.id, token), lt: dataBound(namespace.id, RING_SIZE) };
    const [entry] = await takeEntries(search.store, { ...range, limit: 1 });
    if (entry === undefined) return { next: undefined, sizeBytes };
    sizeBytes += entry.key.length + entry.value.length;
    const at = tokenOfData(entry.key);
    if (!isOwn(search, namespace, at)) add(found, runAround(search, at));
    token = foreignFrom(search, namespace, endAfter(search, at));
  }
  return { next: token, sizeBytes };
}

/** The first token from there on that is not this node's; undefined when there is none up to the end of the ring. */
function foreignFrom(search: LeftoverSearch, namespace: Namespace, from: Token): Token | undefined {
  let token = from;
  while (token < RING_SIZE && isOwn(search, namespace, token)) token = endAfter(search, token);
  return token < RING_SIZE ? token : undefined;
}

/** What nobody owns counts as the own: a copy of it is nobody's leftover. */
function isOwn({ view, ownId }: LeftoverSearch, namespace: Namespace, token: Token): boolean {
  const owners = view.ownersOf(namespace, token).write;
  return owners.length === 0 || owners.includes(ownId);
}

/** Where the range of a token ends, or the ring when that is before. */
function endAfter({ view }: LeftoverSearch, token: Token): number {
  const { end } = view.ring.rangeOf(token);
  return end > token ? end : RING_SIZE;
}

/** The slots of the range of a token, up to the end of the ring on both sides. */
function runAround(search: LeftoverSearch, token: Token): SlotRun {
  const { start } = search.view.ring.rangeOf(token);
  const from = start <= token ? start : 0;
  return { from: from / SLOT_SIZE, to: endAfter(search, token) / SLOT_SIZE };
}

function add(found: SlotRun[], run: SlotRun): void {
  const last = found.at(-1);
  if (last?.to === run.from) found[found.length - 1] = { from: last.from, to: run.to };
  else found.push(run);
}
