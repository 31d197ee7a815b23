import type { WatchTick } from '../../src/node/core/views/event-views.js';
import type { HintsAction, HintsDone } from '../../src/node/core/views/hint-views.js';
import type { OwnersView } from '../../src/node/core/views/ring-views.js';
import type { RepairJobView } from '../../src/node/core/views/repair-views.js';
import type { TopologyView } from '../../src/node/core/views/topology-views.js';
import type { SourceNode, TickOptions, TickSource } from '../../src/tui/source.js';
import { fakeTopology } from './fake-plan.js';
import { fakeTick, type FakeCluster } from './fake-cluster.js';

/** The owners of any key in the made-up cluster. */
export function fakeOwners(key: Uint8Array, viewedFrom = 'n1'): OwnersView {
  const owner = {
    forMs: 41_000,
    version: '0199f3a2b4c80000-5eed000000000001',
    expiresAtMs: undefined,
    error: undefined,
  };
  return {
    viewedFrom,
    key,
    token: 0x6b3f90c2,
    range: { start: 0x6b210000, end: 0x6b44a000 },
    quorum: 2,
    namespace: 'default',
    atMs: 1_760_000_000_000,
    alive: 2,
    replicas: [
      {
        ...owner,
        node: 'n2',
        rack: 'b',
        role: 'primary',
        state: 'up',
        copy: 'present',
        sizeBytes: 1434,
      },
      {
        ...owner,
        node: 'n3',
        rack: 'c',
        role: 'replica',
        state: 'up',
        copy: 'present',
        sizeBytes: 1434,
      },
      {
        ...owner,
        node: 'n4',
        rack: 'a',
        role: 'replica',
        state: 'down',
        copy: 'unknown',
        sizeBytes: undefined,
        version: undefined,
        expiresAtMs: undefined,
        error: { code: 'KV_UNREACHABLE', message: 'connection refused' },
      },
    ],
  };
}

/** A cluster that lives: one tick per interval, made from what `at` says of each second. */
export class LivingSource implements TickSource {
  readonly #at: (second: number) => FakeCluster;
  readonly #startMs = performance.now();
  /** Nodes that do not answer. */
  readonly dead = new Set<string>();
  readonly #streams = new Map<AbortController, string>();

  constructor(at: (second: number) => FakeCluster) {
    this.#at = at;
  }

  async *watch({ node, intervalMs }: TickOptions, signal: AbortSignal): AsyncIterable<WatchTick> {
    const viewedFrom = node?.name ?? 'n1';
    const own = new AbortController();
    this.#streams.set(own, viewedFrom);
    while (!signal.aborted) {
      if (this.dead.has(viewedFrom)) throw new Error(`${viewedFrom}: connection refused`);
      const second = Math.floor((performance.now() - this.#startMs) / 1000);
      yield fakeTick({ ...this.#at(second), second, viewedFrom });
      await sleep(intervalMs, [signal, own.signal]);
    }
  }

  owners(key: Uint8Array): Promise<OwnersView> {
    return Promise.resolve(fakeOwners(key));
  }

  async hints(_action: HintsAction, _target: string, node: SourceNode): Promise<HintsDone> {
    return { node: node.name, hints: 1 };
  }

  async topology(): Promise<TopologyView> {
    const { plan, staged } = this.#at(0);
    return fakeTopology(plan, staged);
  }

  async changePlan(): Promise<TopologyView> {
    return await this.topology();
  }

  async repairs(): Promise<readonly RepairJobView[]> {
    return [];
  }

  async cancelRepair(): Promise<undefined> {
    return undefined;
  }

  events(): Promise<WatchTick['events']> {
    return Promise.resolve(this.#at(0).events ?? []);
  }

  /** Breaks the streams of a node, and refuses new ones. */
  kill(name: string): void {
    this.dead.add(name);
    for (const [stream, viewed] of this.#streams) if (viewed === name) stream.abort();
  }
}

async function sleep(ms: number, signals: readonly AbortSignal[]): Promise<void> {
  let wake: (() => void) | undefined;
  let timer: NodeJS.Timeout | undefined;
  await new Promise<void>((resolve) => {
    wake = resolve;
    timer = setTimeout(resolve, ms);
    for (const signal of signals) signal.addEventListener('abort', wake);
  });
  clearTimeout(timer);
  for (const signal of signals) if (wake !== undefined) signal.removeEventListener('abort', wake);
}
