import type { EventView, WatchTick } from '../../src/node/core/views/event-views.js';
import type { HintsAction, HintsDone } from '../../src/node/core/views/hint-views.js';
import type { OwnersView } from '../../src/node/core/views/ring-views.js';
import type { RepairJobView } from '../../src/node/core/views/repair-views.js';
import type { TopologyView } from '../../src/node/core/views/topology-views.js';
import type { PlanChange, SourceNode, TickOptions, TickSource } from '../../src/tui/source.js';
import { fakeRepair, fakeTopology } from './fake-plan.js';
import { fakeOwners } from './fake-source.js';

interface Stream {
  readonly node: string;
  readonly ticks: WatchTick[];
  error: Error | undefined;
  wake: () => void;
}

/** A source that says what the test tells it to, when it tells it. */
export class ScriptedSource implements TickSource {
  /** Every node that was asked for ticks, in order. */
  readonly asked: (string | undefined)[] = [];
  readonly intervals: number[] = [];
  /** Nodes that refuse at once. */
  readonly refusing = new Set<string>();
  past: readonly EventView[] = [];
  ownersError: Error | undefined;
  /** What the first stream sends as soon as it is open. */
  readonly #greeting: (node: string) => WatchTick | undefined;
  #stream: Stream | undefined;

  constructor(greeting: (node: string) => WatchTick | undefined) {
    this.#greeting = greeting;
  }

  async *watch({ node, intervalMs }: TickOptions, signal: AbortSignal): AsyncIterable<WatchTick> {
    this.asked.push(node?.name);
    this.intervals.push(intervalMs);
    const name = node?.name ?? 'n1';
    if (this.refusing.has(name)) throw new Error('connection refused');
    const greeting = this.#greeting(name);
    const stream: Stream = {
      node: name,
      ticks: greeting === undefined ? [] : [greeting],
      error: undefined,
      wake: () => undefined,
    };
    this.#stream = stream;
    const wake = (): void => stream.wake();
    signal.addEventListener('abort', wake);
    while (!signal.aborted) {
      if (stream.error !== undefined) throw stream.error;
      const tick = stream.ticks.shift();
      if (tick === undefined) await new Promise<void>((resolve) => (stream.wake = resolve));
      else yield tick;
    }
    signal.removeEventListener('abort', wake);
  }

  /** Sends a tick on the open stream. */
  send(tick: WatchTick): void {
    this.#stream?.ticks.push(tick);
    this.#stream?.wake();
  }

  /** Breaks the open stream. */
  break(message = 'connection reset'): void {
    if (this.#stream === undefined) return;
    this.#stream.error = new Error(message);
    this.#stream.wake();
  }

  async owners(key: Uint8Array, _node: SourceNode | undefined): Promise<OwnersView> {
    if (this.ownersError !== undefined) throw this.ownersError;
    return fakeOwners(key);
  }

  /** What it was asked to do with hints. */
  readonly acted: string[] = [];
  /** What a node answers when it is asked that. */
  answerHints = async (node: SourceNode): Promise<HintsDone> => ({ node: node.name, hints: 10 });

  async hints(action: HintsAction, target: string, node: SourceNode): Promise<HintsDone> {
    this.acted.push(`${node.name} ${action} ${target}`);
    return await this.answerHints(node);
  }

  /** What it was asked about plans and repairs: `n1 topology`, `n2 repairs`, `n1 pause 12`. */
  readonly jobsAsked: string[] = [];
  topologyAnswer = async (): Promise<TopologyView> => fakeTopology({});
  repairsAnswer = async (node: SourceNode): Promise<readonly RepairJobView[]> =>
    node.name === 'n2' ? [fakeRepair()] : [];
  cancelAnswer = async (): Promise<RepairJobView | undefined> => fakeRepair({ state: 'cancelled' });

  async topology(node: SourceNode | undefined): Promise<TopologyView> {
    this.jobsAsked.push(`${node?.name ?? 'any'} topology`);
    return await this.topologyAnswer();
  }

  async changePlan(
    { action, plan }: PlanChange,
    node: SourceNode | undefined,
  ): Promise<TopologyView> {
    this.jobsAsked.push(`${node?.name ?? 'any'} ${action} ${plan}`);
    return await this.topologyAnswer();
  }

  async repairs(node: SourceNode): Promise<readonly RepairJobView[]> {
    this.jobsAsked.push(`${node.name} repairs`);
    return await this.repairsAnswer(node);
  }

  async cancelRepair(job: string, node: SourceNode): Promise<RepairJobView | undefined> {
    this.jobsAsked.push(`${node.name} cancel ${job}`);
    return await this.cancelAnswer();
  }

  async events(): Promise<readonly EventView[]> {
    return this.past;
  }
}
