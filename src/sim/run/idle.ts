import type { Findings } from './findings.js';
import type { World } from './world.js';

/** Once nobody asks for anything, all that was asked is answered, and no queue holds a byte, within this time. */
const IDLE_MS = 10_000;
const QUEUES = ['kv_node_queue_bytes', 'kv_store_queue_bytes'] as const;

/** After the last operation: nothing is kept of what was done, as of a request that was forgotten, or never given back. */
export async function checkIdle(world: World, findings: Findings): Promise<void> {
  if (await world.cluster.scheduler.reached(() => busyQueues(world).length === 0, IDLE_MS)) return;
  for (const queue of busyQueues(world))
    findings.add('queue-over-bound', `${queue} bytes, though nothing was asked for ${IDLE_MS} ms`);
}

function busyQueues({ cluster }: World): readonly string[] {
  return cluster.running().flatMap(({ machine, metrics }) =>
    QUEUES.flatMap((name) => {
      const bytes = metrics.value(name);
      return bytes === 0 ? [] : [`${name} of ${machine.name} is ${bytes}`];
    }),
  );
}
