import { DATA_KEYS, decodeDataKey } from '../../node/core/version/data-key.js';
import { SHARD_FOLDER } from '../../node/store/store.js';
import { utf8Decode } from '../../stdx/bytes.js';
import { ownersOfData } from '../newest-view.js';
import type { NodeRun } from '../node-run.js';
import type { Findings } from './findings.js';
import type { World } from './world.js';

/** Once the ring is at rest, a node has removed what is not its own within this time. */
const CLEAR_MS = 120_000;
/** To look at all disks costs more than what the nodes do meanwhile. */
const LOOK_MS = 2_000;

/** At the end: no node holds a record that the ring gives to others. */
export async function checkLeftovers({ cluster }: World, findings: Findings): Promise<void> {
  for (let waitedMs = 0; waitedMs < CLEAR_MS; waitedMs += LOOK_MS) {
    if (cluster.running().every((run) => leftoverOn(run) === undefined)) return;
    await cluster.scheduler.advance(LOOK_MS);
  }
  for (const run of cluster.running()) {
    const key = leftoverOn(run);
    if (key !== undefined)
      findings.add('left-over', `${run.machine.name} still holds ${key}, which is not its own`, {
        key,
      });
  }

  function leftoverOn({ machine }: NodeRun): string | undefined {
    const found = machine.disk
      .keys(SHARD_FOLDER, DATA_KEYS)
      .find((dataKey) => ownersOfData(cluster, dataKey)?.includes(machine.name) === false);
    return found && utf8Decode(decodeDataKey(found).key);
  }
}
