import { setTimeout as sleep } from 'node:timers/promises';
import type { StorageJobRequest, StorageJobView } from '../node/core/views/storage-views.js';

const ASK_MS = 300;

/** Starts a job and asks how it is until it has ended. @throws KvError */
export async function followJob(
  ask: (action: StorageJobRequest['action']) => Promise<StorageJobView>,
  signal: AbortSignal,
  seen: (job: StorageJobView) => Promise<void>,
): Promise<StorageJobView> {
  for (let action: StorageJobRequest['action'] = 'start'; ; action = 'status') {
    const job = await ask(action);
    if (job.state !== 'running' || signal.aborted) return job;
    await seen(job);
    await sleep(ASK_MS);
  }
}
