import { setTimeout as sleep } from 'node:timers/promises';
import { Interrupted } from './exit-codes.js';
import type { StorageJobRequest, StorageJobView } from '../node/core/views/storage-views.js';

const ASK_MS = 300;

/** Starts a job and asks how it is until it has ended. @throws KvError, Interrupted when the signal comes first */
export async function followJob(
  ask: (action: StorageJobRequest['action']) => Promise<StorageJobView>,
  signal: AbortSignal,
  seen: (job: StorageJobView) => Promise<void>,
): Promise<StorageJobView> {
  for (let action: StorageJobRequest['action'] = 'start'; ; action = 'status') {
    if (signal.aborted) throw new Interrupted();
    const job = await ask(action);
    if (job.state !== 'running') return job;
    await seen(job);
    await sleep(ASK_MS);
  }
}
