import { KvError } from '../../node/core/errors.js';
import type { NodeId } from '../../node/core/metadata/cluster-metadata.js';
import { ringMembers } from '../../node/core/metadata/replication.js';
import type { RingLayout } from '../../node/core/ring/ring-layout.js';
import type { Place } from '../../node/core/ring/topology.js';

/** Where nodes that nobody has started yet are to stand. */
export interface PlacesWanted {
  readonly count: number;
  /** Undefined where there is one data centre only. */
  readonly dc: string | undefined;
  /** One after the other, again from the first; empty: each goes to the rack that has the fewest nodes then. */
  readonly racks: readonly string[];
}

/** Places for new nodes beside those that stay, each on a host of its own, with names that no member has. @throws KvError KV_USAGE for a data centre that is not there, or not said */
export function newPlaces(
  layout: Pick<RingLayout, 'members'>,
  leaving: readonly NodeId[],
  { count, dc: wanted, racks }: PlacesWanted,
): readonly (Place & { readonly name: string })[] {
  const dc = dataCentre(layout, wanted);
  const isTaken = (name: string): boolean => layout.members.some((one) => one.name === name);
  const nodesIn = new Map<string, number>();
  for (const member of ringMembers(layout)) {
    if (member.dc !== dc) continue;
    // A rack that all of its nodes leave is still a rack.
    const one = leaving.includes(member.nodeId) ? 0 : 1;
    nodesIn.set(member.rack, (nodesIn.get(member.rack) ?? 0) + one);
  }
  const places: (Place & { readonly name: string })[] = [];
  for (let number = 1; places.length < count; number++) {
    const name = `new${number}`;
    if (isTaken(name)) continue;
    const rack = racks[places.length % Math.max(1, racks.length)] ?? emptiest(nodesIn);
    nodesIn.set(rack, (nodesIn.get(rack) ?? 0) + 1);
    places.push({ name, host: name, rack, dc });
  }
  return places;
}

function dataCentre(layout: Pick<RingLayout, 'members'>, wanted: string | undefined): string {
  const there = [
    ...new Set(layout.members.flatMap(({ dc, state }) => (state === 'removed' ? [] : dc))),
  ].sort();
  const [first] = there;
  if (wanted === undefined && there.length === 1 && first !== undefined) return first;
  if (wanted !== undefined && there.includes(wanted)) return wanted;
  const refused = wanted === undefined ? 'say which data centre' : `no node is in ${wanted}`;
  throw new KvError('KV_USAGE', `--dc: ${refused}: there are ${there.join(', ')}`);
}

/** The rack with the fewest nodes, the first one by name of several. */
function emptiest(nodesIn: ReadonlyMap<string, number>): string {
  const racks = [...nodesIn].sort(([a, x], [b, y]) => x - y || (a < b ? -1 : 1));
  return racks[0]?.[0] ?? 'rack1';
}
