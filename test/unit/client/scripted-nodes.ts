import { KvClient } from '../../../src/client/client.js';
import type { ClientConnection, ClientTransport, Endpoint } from '../../../src/client/transport.js';
import { KvError } from '../../../src/node/core/errors.js';
import type { ClientRequest, ClientResult } from '../../../src/node/core/operations.js';
import type { Version } from '../../../src/node/core/version/version.js';
import { eachTurn } from '../../../src/node/io/turn.js';
import { Scheduler } from '../../../src/sim/scheduler.js';
import { SeededRandom } from '../../../src/sim/seeded-random.js';
import { SimProcess } from '../../../src/sim/sim-process.js';
import { assert } from '../../../src/stdx/assert.js';

/** One request as it reached a node. */
export interface Asked {
  readonly node: string;
  readonly request: ClientRequest;
}

/** What a node says to a request; undefined: nothing, ever. */
export type Script = (asked: Asked, number: number) => ClientResult | KvError | undefined;

/** How long a node takes to answer. */
const ANSWER_MS = 1;

/** A client of nodes n1 and n2 that answer as a script says, over virtual time. */
export class ScriptedNodes {
  readonly scheduler = new Scheduler(eachTurn);
  readonly process = new SimProcess('c1', this.scheduler);
  readonly asked: Asked[] = [];
  readonly client: KvClient;
  readonly #script: Script;

  constructor(script: Script) {
    this.#script = script;
    this.client = new KvClient({
      endpoints: ['n1', 'n2'].map((host) => ({ host, port: 1 })),
      transport: this.#transport(),
      clock: this.process,
      random: new SeededRandom(1),
      routing: 'any',
    });
  }

  /** The stamps of the writes that were sent, in their order. */
  stamps(): readonly Version[] {
    return this.asked.map(({ request }) => versionOf(request));
  }

  /** Lets virtual time pass until the operation ends; gives its result or its error. */
  async end<T>(operation: Promise<T>): Promise<T | KvError> {
    const caught = operation.catch((error: unknown): KvError => {
      if (error instanceof KvError) return error;
      throw error;
    });
    return await this.scheduler.settle(caught, 60_000);
  }

  #transport(): ClientTransport {
    const refuse = (): never => {
      throw new Error('scripted nodes answer operations only');
    };
    const silent = (): Promise<never> => Promise.reject(new KvError('KV_UNREACHABLE', 'scripted'));
    return {
      connect: (endpoint): ClientConnection => ({
        endpoint,
        state: () => 'ready',
        close: () => undefined,
        operate: (request, remainingMs, done) => {
          this.#operate(endpoint, { request, remainingMs, done });
        },
        describe: silent,
        status: silent,
        ring: silent,
        repair: silent,
        owners: silent,
        gossip: silent,
        node: silent,
        events: silent,
        hints: silent,
        storage: silent,
        tombstones: silent,
        namespaces: silent,
        changeNamespace: silent,
        topology: silent,
        changeTopology: silent,
        storageJob: silent,
        drain: silent,
        watch: refuse,
      }),
    };
  }

  #operate(
    { host }: Endpoint,
    call: {
      readonly request: ClientRequest;
      readonly remainingMs: number;
      readonly done: (result: ClientResult | KvError) => void;
    },
  ): void {
    const asked = { node: host, request: call.request };
    const answer = this.#script(asked, this.asked.length);
    this.asked.push(asked);
    if (answer !== undefined) this.process.after(ANSWER_MS, () => call.done(answer));
    else this.process.after(call.remainingMs, () => call.done(silence()));
  }
}

/** What the connection says of a write that nobody answered. */
function silence(): KvError {
  return new KvError('KV_WRITE_TIMEOUT', 'the node did not answer', { outcome: 'unknown' });
}

/** The answer of a coordinator whose replicas hold something newer. */
export function supersededBy(
  version: Version,
  outcome: 'unknown' | 'not_applied' = 'not_applied',
): KvError {
  return new KvError('KV_SUPERSEDED', 'superseded: quorum needs 2 of 3 replicas', {
    outcome,
    supersededBy: version,
  });
}

/** The answer of a coordinator that has done as it was asked. */
export function acknowledged({ node, request }: Asked): ClientResult {
  return {
    kind: 'written',
    version: versionOf(request),
    acks: ['n1', 'n2'],
    coordinator: node,
    tookMs: 1,
    warnings: [],
    trace: request.trace ? TRACE : undefined,
  };
}

const TRACE = {
  operation: 'put',
  coordinator: 'n1',
  coordinatorIsReplica: true,
  level: 'quorum',
  needed: 2,
  replicas: 3,
  tookMs: 1,
  outcome: 'ok',
  readRepair: 'none',
  steps: [{ node: 'n1', what: 'write', startMs: 0, tookMs: 1, note: 'ok' }],
} as const;

export function versionOf(request: ClientRequest): Version {
  assert(request.kind === 'put' || request.kind === 'delete', 'only writes have a version');
  assert(request.version !== undefined, 'the client stamps every write');
  return request.version;
}
