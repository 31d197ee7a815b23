import { ANONYMOUS_ROLES } from '../../core/access/caller.js';
import type { Caller } from '../../core/access/caller.js';
import type { Clock } from '../../env/clock.js';
import type { ClientFacade } from './client-facade.js';
import type { Call, GrpcListener } from './grpc-listener.js';

/** What the services of the client port work with. */
export interface ClientServiceEnv {
  readonly listener: GrpcListener;
  readonly clock: Clock;
  readonly facade: ClientFacade;
  /** Who is behind a call. */
  readonly identify: (call: Call) => Caller;
}

/** Everybody who can connect, with all roles: a node knows callers by their address only. */
export function anonymous(call: Call): Caller {
  return { kind: 'client', id: call.getPeer(), roles: ANONYMOUS_ROLES };
}
