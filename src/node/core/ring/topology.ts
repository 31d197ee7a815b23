/** Where a node stands. */
export interface Place {
  readonly host: string;
  readonly rack: string;
  readonly dc: string;
}

/**
 * The nodes of one data centre by number, with numbers for their racks and hosts.
 * A host lies in one rack: the same host name in two racks counts as two hosts. So hosts divide racks and nodes divide
 * hosts, which is what makes placement monotone (see `placement.ts`).
 */
export interface DataCentre {
  readonly name: string;
  /** For each node its index in the list of places. */
  readonly members: readonly number[];
  readonly rackOf: Uint16Array;
  readonly hostOf: Uint16Array;
  readonly rackCount: number;
  readonly hostCount: number;
}

/** The data centres of these places, by name; `members` of each are in the order of the places. */
export function dataCentresOf(places: readonly Place[]): readonly DataCentre[] {
  const names = [...new Set(places.map((place) => place.dc))].sort();
  return names.map((name) => dataCentreOf(name, places));
}

/** The nodes among `places` that stand in the data centre of this name. */
export function dataCentreOf(name: string, places: readonly Place[]): DataCentre {
  const members = [...places.keys()].filter((i) => places[i]!.dc === name);
  const racks = numbered(members.map((i) => places[i]!.rack));
  const hosts = numbered(members.map((i) => JSON.stringify([places[i]!.rack, places[i]!.host])));
  return {
    name,
    members,
    rackOf: racks.numbers,
    hostOf: hosts.numbers,
    rackCount: racks.count,
    hostCount: hosts.count,
  };
}

/** The same number for the same text, counted from 0. */
function numbered(texts: readonly string[]): {
  readonly numbers: Uint16Array;
  readonly count: number;
} {
  const byText = new Map<string, number>();
  for (const text of texts) if (!byText.has(text)) byText.set(text, byText.size);
  return { numbers: Uint16Array.from(texts, (text) => byText.get(text) ?? 0), count: byText.size };
}
