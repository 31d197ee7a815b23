import type { Endpoint } from '../client/transport.js';
import { KvError } from '../node/core/errors.js';
import type { RepairJobView } from '../node/core/views/repair-views.js';
import type { MissingPart } from './envelope.js';

/** A repair, and where it is driven. */
export interface FoundRepair {
  readonly endpoint: Endpoint;
  readonly job: RepairJobView;
}

/** What the nodes that answered know of repairs, newest first, and who did not answer. */
export interface KnownRepairs {
  readonly found: readonly FoundRepair[];
  readonly missing: readonly MissingPart[];
}

/**
 * The repair of that name, or the newest that runs, else the newest.
 * @throws KvError KV_USAGE when there is none, KV_UNAVAILABLE when a node that did not answer may know it
 */
export function knownRepair({ found, missing }: KnownRepairs, id: string | undefined): FoundRepair {
  const one = found.find(({ job }) => job.state === 'running') ?? found[0];
  const named = id === undefined ? one : found.find(({ job }) => job.id === id);
  if (named !== undefined) return named;
  if (missing.length > 0) {
    const none = id === undefined ? 'no repair is known' : `no repair ${id} is known`;
    throw new KvError('KV_UNAVAILABLE', `${none}; ${silentText(missing)}`, {
      hints: ['kv status', 'kv repair list'],
    });
  }
  const none = id === undefined ? 'no repair was asked for' : `no repair is called ${id}`;
  throw new KvError('KV_USAGE', none, { hints: ['kv repair list', 'kv repair'] });
}

/** Who did not answer: `n1 n2 did not answer`. */
export function silentText(missing: readonly MissingPart[]): string {
  return `${missing.map(({ node }) => node).join(' ')} did not answer`;
}

/** That a repair which was to be cancelled has ended before, and how; empty when it was cancelled now. */
export function endedText(before: RepairJobView, after: RepairJobView): string {
  if (before.state === 'running' && after.state === 'cancelled') return '';
  return `${after.id} has ended already (${after.state})`;
}
