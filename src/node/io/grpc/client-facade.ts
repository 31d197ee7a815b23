import type { AdminCalls } from '../../../client/transport.js';
import type { Caller } from '../../core/access/caller.js';
import type { KvError } from '../../core/errors.js';
import type { ClientRequest, ClientResult } from '../../core/operations.js';

/** Who asks, and how long it waits. */
export interface CallContext {
  readonly caller: Caller;
  readonly remainingMs: number;
}

/** The node as its client port sees it: the coordinator, and what it tells of the cluster. */
export interface ClientFacade {
  /** `done` is called exactly once, possibly before this returns. */
  execute(
    request: ClientRequest,
    context: CallContext,
    done: (result: ClientResult | KvError) => void,
  ): void;
  /** The same questions that the client library asks; here they are answered. */
  readonly admin: AdminCalls;
}
