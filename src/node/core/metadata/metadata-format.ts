import type { MetadataChange } from './cluster-metadata.js';

const FORMATS: Readonly<Record<MetadataChange['kind'], number>> = {
  init: 1,
  join: 1,
  update: 1,
  remove: 1,
  voters: 1,
  open: 1,
  'create-namespace': 2,
  'alter-namespace': 2,
  'drop-namespace': 2,
  'stage-join': 3,
  'stage-leave': 3,
  'stage-replication': 3,
  'stage-rebalance': 3,
  discard: 3,
  'begin-plan': 3,
  'step-plan': 3,
  'pause-plan': 3,
  'limit-streams': 3,
  maintain: 3,
  recover: 3,
};

/** The oldest format of metadata that knows such a change; a cluster that never makes one can be read by older releases. */
export function formatOf({ kind }: MetadataChange): number {
  return FORMATS[kind];
}
