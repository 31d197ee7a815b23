import type { LayoutMember, RingLayout } from '../../../../../src/node/core/ring/ring-layout.js';

/** A member of a data centre with tokens in these slots. */
export function layoutMember(
  name: string,
  slots: readonly number[],
  place: Partial<LayoutMember> = {},
): LayoutMember {
  return {
    ...{ nodeId: `id-${name}`, name, state: 'normal', tokens: slots.map((slot) => slot * 4096) },
    ...{ host: `h-${name}`, rack: 'r1', dc: 'dc1' },
    ...place,
  };
}

/** A cluster of these members that keeps so many copies of everything. */
export function ringLayout(members: readonly LayoutMember[], copies = 2): RingLayout {
  return {
    members,
    namespaces: [{ id: 0, name: 'default', replication: undefined }],
    settings: { defaultReplicationFactor: copies },
  };
}
