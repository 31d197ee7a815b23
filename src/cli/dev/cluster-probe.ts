import { setTimeout as sleep } from 'node:timers/promises';
import { parseAddress } from '../../node/io/config/host-port.js';
import { KvError } from '../../node/core/errors.js';
import type { StatusView } from '../../node/core/views/status-views.js';
import { connect } from '../connect.js';
import type { ClusterProbe } from './supervisor.js';

const ASK_MS = 2_000;
const PAUSE_MS = 100;

/** Asks nodes over gRPC. */
export const clusterProbe: ClusterProbe = {
  status: async (endpoints) => {
    const client = clientOf(endpoints);
    try {
      return await client.status();
    } finally {
      client.close();
    }
  },

  until: async (endpoints, accept, { timeoutMs, signal }) => {
    const client = clientOf(endpoints);
    const deadlineMs = performance.now() + timeoutMs;
    let last: StatusView | KvError | undefined;
    try {
      while (performance.now() < deadlineMs && !signal.aborted) {
        last = await client.status().catch(onlyKvError);
        if (!(last instanceof KvError) && accept(last)) return last;
        await sleep(PAUSE_MS);
      }
    } finally {
      client.close();
    }
    throw notAgreed(last, timeoutMs);
  },
};

function clientOf(endpoints: readonly string[]): ReturnType<typeof connect> {
  const addresses = endpoints.flatMap((text) => {
    const address = parseAddress(text);
    return 'wanted' in address ? [] : [address];
  });
  return connect({ endpoints: addresses, dialTimeoutMs: ASK_MS, timeoutMs: ASK_MS });
}

/** A node that does not answer yet is why we wait; anything else is a defect. */
function onlyKvError(error: unknown): KvError {
  if (error instanceof KvError) return error;
  throw error;
}

function notAgreed(last: StatusView | KvError | undefined, timeoutMs: number): KvError {
  if (last instanceof KvError) return last;
  const { agreed = 0, asked = 0 } = last?.ring ?? {};
  return new KvError(
    'KV_NOT_READY',
    `the nodes did not agree on the ring within ${timeoutMs / 1000} s: ${agreed} of ${asked} do`,
    { hints: ['kv dev status', 'kv status'] },
  );
}
