import type { Clock } from '../../env/clock.js';
import { addAdminService } from './admin-service.js';
import type { Watches } from './admin-service.js';
import { anonymous } from './client-env.js';
import type { ClientServiceEnv } from './client-env.js';
import type { ClientFacade } from './client-facade.js';
import { addHealth, addReflection } from './describe-services.js';
import { GrpcListener } from './grpc-listener.js';
import type { ListenAddress, ListenerEnv } from './grpc-listener.js';
import { addKvService } from './kv-service.js';
import type { Sessions } from './kv-service.js';

/** How often a drain looks whether it is done. */
const DRAIN_STEP_MS = 10;

/** What the client port of a node needs of it; `identify` replaces the caller that everybody is. */
export interface ClientServerEnv extends ListenerEnv {
  readonly clock: Clock;
  readonly facade: ClientFacade;
  readonly identify?: ClientServiceEnv['identify'] | undefined;
}

/** The client port: kv.v1.Kv, kv.v1.Admin, health and reflection. */
export class GrpcClientServer {
  readonly #clock: Clock;
  readonly #listener: GrpcListener;
  readonly #sessions: Sessions;
  readonly #watches: Watches;
  /** What health checks are told: the readiness of the node. Not serving at first. */
  readonly setServing: (serving: boolean) => void;

  constructor(env: ClientServerEnv) {
    const listener = new GrpcListener('client', env);
    const { clock, facade, identify = anonymous } = env;
    this.#clock = clock;
    this.#listener = listener;
    this.#sessions = addKvService({ listener, clock, facade, identify });
    this.#watches = addAdminService({ listener, clock, facade, identify });
    this.setServing = addHealth(listener);
    addReflection(listener);
    env.metrics.gaugeFrom(
      { name: 'kv_client_sessions', help: 'Sessions of clients that are open.' },
      () => this.#sessions.size,
    );
  }

  /** Resolves to the bound port. @throws KvError KV_ADDRESS_IN_USE, KV_CONFIG_INVALID */
  listen(address: ListenAddress): Promise<number> {
    return this.#listener.listen(address);
  }

  /** Sessions and watches that are open. */
  streams(): number {
    return this.#sessions.size + this.#watches.size;
  }

  /** Takes no new connections, and resolves when no operation of a session is in work, or after `graceMs`. */
  async drain(graceMs: number): Promise<void> {
    this.#listener.stopAccepting();
    this.#watches.end();
    const endMs = this.#clock.monotonicMs() + graceMs;
    while (this.#sessions.working() > 0 && this.#clock.monotonicMs() < endMs) {
      await new Promise<void>((resolve) => {
        this.#clock.after(DRAIN_STEP_MS, resolve);
      });
    }
    this.#sessions.end();
  }

  /** Ends all connections. */
  close(): void {
    this.#listener.close();
  }
}
