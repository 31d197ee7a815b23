import { versionOf, type EndpointState } from '../../../node/core/membership/endpoint-state.js';
import { FACT } from '../../../node/core/membership/fact-names.js';
import type { ControlReply, ControlRequest, Hello } from '../../../node/core/messages.js';
import type { ClusterMetadata } from '../../../node/core/metadata/cluster-metadata.js';
import type { Clock } from '../../../node/env/clock.js';
import type { Logger } from '../../../node/env/log.js';
import type { Random } from '../../../node/env/random.js';
import { Membership } from '../../../node/membership/membership.js';
import { assert } from '../../../stdx/assert.js';
import { factsOf, helloOf } from '../gossip-members.js';
import type { WholeTally } from './whole-tally.js';
import type { Answering, WholeWire } from './whole-wire.js';

/** What the nodes of a run have in common. */
export interface WholeWorld {
  readonly clock: Clock;
  readonly wire: WholeWire;
  readonly tally: WholeTally;
  readonly metadata: ClusterMetadata;
}

const SILENT_LOG: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => SILENT_LOG,
};

/** The whole membership of a real node, over the wire of a run. */
export class WholeNode implements Answering {
  readonly hello: Hello;
  readonly #membership: Membership;

  constructor(node: number, random: Random, { clock, wire, tally, metadata }: WholeWorld) {
    this.hello = helloOf(node);
    this.#membership = new Membership({
      env: {
        clock,
        random,
        transport: {
          start: () => undefined,
          link: (address) => wire.link(this.hello, address),
          close: () => Promise.resolve(),
        },
        log: SILENT_LOG,
        metrics: tally,
        buggify: () => false,
      },
      self: this.hello,
      events: { emit: () => undefined },
      onEpochSeen: () => undefined,
      onPeerSeen: () => undefined,
    });
    this.#membership.setMembers(metadata);
    for (const [name, value] of factsOf(node)) this.#membership.setFact(name, value);
  }

  control(from: Hello, request: ControlRequest, remainingMs: number): Promise<ControlReply> {
    return this.#membership.handleControl(from, request, remainingMs);
  }

  /** All that it says of itself, with the heartbeat of its first round. */
  async introduction(): Promise<EndpointState> {
    const nothing = { kind: 'gossip-digests', digests: [], complete: true, wallMs: 0 } as const;
    const reply = await this.control(this.hello, nothing, 1);
    assert(reply.kind === 'gossip-deltas', 'digests are answered with deltas');
    const [state] = reply.deltas;
    assert(state !== undefined, 'a node always knows itself');
    return { ...state, heartbeat: versionOf(state) + 1 };
  }

  /** Hears others for the first time, each from itself. */
  async meet(introductions: readonly EndpointState[]): Promise<void> {
    for (const state of introductions) {
      const told = { kind: 'gossip-deltas', deltas: [state] } as const;
      if (state.nodeId !== this.hello.nodeId)
        await this.#membership.handleControl({ nodeId: state.nodeId }, told, 1);
    }
  }

  /** Begins to gossip and to watch. */
  start(): void {
    this.#membership.start();
  }

  /** States the sequence of its store, as a node that takes writes does every second. */
  stateSequence(sequence: number): void {
    this.#membership.setFact(FACT.sequence, String(sequence));
  }
}
