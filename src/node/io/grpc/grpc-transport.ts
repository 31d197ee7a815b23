import { assert } from '../../../stdx/assert.js';
import type { Hello } from '../../core/messages.js';
import type { Clock } from '../../env/clock.js';
import type { Logger } from '../../env/log.js';
import type { Metrics } from '../../env/metrics.js';
import type { Random } from '../../env/random.js';
import type { PeerAddress, PeerHandler, PeerLink, Transport } from '../../env/transport.js';
import { LIMITS } from '../../core/limits.js';
import { GrpcListener } from './grpc-listener.js';
import { GrpcPeerLink } from './grpc-peer-link.js';
import { addPeerService } from './peer-server.js';
import type { PeerNode } from './peer-serving.js';

/** What the transport of a node needs of it. */
export interface GrpcTransportEnv {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly metrics: Metrics;
}

/** The network between nodes over gRPC: one listener, and a link per peer. */
export class GrpcTransport implements Transport {
  readonly #env: GrpcTransportEnv;
  readonly #listener: GrpcListener;
  readonly #links = new Set<PeerLink>();
  #node: PeerNode | undefined;

  constructor(env: GrpcTransportEnv) {
    this.#env = env;
    this.#listener = new GrpcListener('peer', env, LIMITS.peerReceiveBytes);
    addPeerService({ listener: this.#listener, clock: env.clock }, () => this.#node);
    env.metrics.gaugeFrom(
      { name: 'kv_peer_queued_bytes', help: 'Bytes queued towards all peers and not yet sent.' },
      () => [...this.#links].reduce((sum, link) => sum + link.queuedBytes(), 0),
    );
  }

  /** Opens the peer port and resolves to its number. Peers are answered KV_NOT_READY until `start`. @throws KvError KV_ADDRESS_IN_USE, KV_CONFIG_INVALID */
  listen(address: PeerAddress): Promise<number> {
    return this.#listener.listen(address);
  }

  start(handler: PeerHandler, hello: () => Hello): void {
    assert(this.#node === undefined, 'a transport is started once');
    this.#node = { handler, hello };
  }

  link(address: PeerAddress): PeerLink {
    const node = this.#node;
    assert(node !== undefined, 'a transport links after it was started');
    const env = {
      clock: this.#env.clock,
      random: this.#env.random,
      badFrames: this.#listener.badFrames,
      hello: node.hello,
      admit: (remote: Hello) => node.handler.admit(remote),
      refused: (error: Parameters<PeerHandler['refused']>[1]) => {
        node.handler.refused(address, error);
      },
    };
    const link: PeerLink = new GrpcPeerLink(address, env, () => this.#links.delete(link));
    this.#links.add(link);
    return link;
  }

  close(): Promise<void> {
    for (const link of [...this.#links]) link.close();
    this.#listener.close();
    return Promise.resolve();
  }
}
