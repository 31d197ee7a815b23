import type { WatchTick } from '../node/core/views/event-views.js';
import type { NodeView } from '../node/core/views/node-views.js';
import type { Action } from './actions.js';
import { messageOf, unlessAborted, withDeadline } from './deadline.js';
import type { SourceNode, TickSource } from './source.js';
import { silenceMs, type State } from './state.js';

/** Events asked for when a node is viewed anew. */
const EVENTS_BEFORE = 500;
const EVENTS_MS = 5000;
/** Pause after every candidate was tried in vain. */
const ROUND_MS = 1000;

export interface FollowerOptions {
  readonly source: TickSource;
  state(): State;
  dispatch(action: Action): void;
}

/** What ended a stream: a wish to look elsewhere or otherwise, or its failure. */
type Moved = { readonly kind: 'moved'; readonly to: SourceNode | undefined };
type Ending = Moved | { readonly kind: 'failed'; readonly reason: string };

/** Keeps the dashboard supplied by one node after the other: when the viewed one is lost, the next one is asked, until it is stopped. */
export class Follower {
  readonly #source: TickSource;
  readonly #state: () => State;
  readonly #dispatch: (action: Action) => void;
  readonly #stopped = new AbortController();
  #stream = new AbortController();
  #wish: Moved | undefined;
  /** Asked now, or about to be. */
  #target: SourceNode | undefined;
  #lost:
    { readonly node: string | undefined; readonly sinceMs: number; reason: string } | undefined;
  readonly #tried = new Set<string>();

  constructor(options: FollowerOptions) {
    this.#source = options.source;
    this.#state = () => options.state();
    this.#dispatch = (action) => options.dispatch(action);
  }

  /** The node that is asked, for questions beside the stream. */
  get target(): SourceNode | undefined {
    return this.#target;
  }

  /** Follows until stopped; resolves then. */
  async run(): Promise<void> {
    while (!this.#isStopped()) {
      const ending = await this.#follow(this.#target);
      if (this.#isStopped()) return;
      if (ending.kind === 'moved') {
        this.#target = ending.to;
        this.#tried.clear();
      } else {
        await this.#failOver(ending.reason);
      }
    }
  }

  /** Asks that node from now on. */
  view(node: SourceNode): void {
    this.#move(node);
  }

  /** Asks the same node anew, with the interval that is set now. */
  refetch(): void {
    this.#move(this.#target);
  }

  stop(): void {
    this.#stopped.abort();
    this.#stream.abort();
  }

  #isStopped(): boolean {
    return this.#stopped.signal.aborted;
  }

  #move(to: SourceNode | undefined): void {
    this.#wish = { kind: 'moved', to };
    this.#stream.abort();
  }

  /** The wish that came up while a stream was followed; it is granted once. */
  #takeWish(): Moved | undefined {
    const wish = this.#wish;
    this.#wish = undefined;
    return wish;
  }

  async #follow(node: SourceNode | undefined): Promise<Ending> {
    const stream = new AbortController();
    this.#stream = stream;
    if (this.#lost === undefined) this.#announce(node);
    const { intervalMs } = this.#state();
    try {
      await this.#consume(this.#source.watch({ node, intervalMs }, stream.signal), stream.signal);
      return this.#takeWish() ?? { kind: 'failed', reason: 'the stream ended' };
    } catch (error) {
      return this.#takeWish() ?? { kind: 'failed', reason: messageOf(error) };
    } finally {
      stream.abort();
    }
  }

  async #consume(ticks: AsyncIterable<WatchTick>, signal: AbortSignal): Promise<void> {
    const iterator = ticks[Symbol.asyncIterator]();
    let first = true;
    while (!signal.aborted) {
      const limitMs = silenceMs(this.#state().intervalMs);
      const what = `no tick for ${Math.round(limitMs / 1000)} s`;
      const next = withDeadline(iterator.next(), limitMs, what);
      const result = await unlessAborted(next, signal);
      if (result === undefined || result.done === true) return;
      this.#receive(result.value, first);
      first = false;
    }
  }

  #receive(tick: WatchTick, first: boolean): void {
    const { viewedFrom } = tick.status;
    this.#dispatch({ type: 'tick', tick });
    if (!first) return;
    const viewed = tick.status.nodes.find(({ name }) => name === viewedFrom);
    if (viewed !== undefined) this.#target = { name: viewed.name, address: viewed.address };
    this.#tried.clear();
    this.#dispatch({ type: 'link', link: { kind: 'live', node: viewedFrom } });
    if (this.#lost?.node !== undefined && this.#lost.node !== viewedFrom) {
      this.#dispatch({
        type: 'notice',
        text: `viewing ${viewedFrom}: ${this.#lost.node} was lost`,
      });
    }
    this.#lost = undefined;
    void this.#fetchEvents();
  }

  async #fetchEvents(): Promise<void> {
    try {
      const asked = this.#source.events(EVENTS_BEFORE, this.#target);
      const events = await withDeadline(asked, EVENTS_MS, 'no answer');
      this.#dispatch({ type: 'events', events });
    } catch (error) {
      const text = `earlier events are not known: ${messageOf(error)}`;
      this.#dispatch({ type: 'notice', text, bad: true });
    }
  }

  async #failOver(reason: string): Promise<void> {
    const state = this.#state();
    const { link, now } = state;
    if (this.#target !== undefined) this.#tried.add(this.#target.name);
    if (this.#lost === undefined) {
      const node = link.kind === 'live' ? link.node : this.#target?.name;
      this.#lost = { node, sinceMs: now.monoMs, reason };
    } else if (this.#lost.node === undefined) {
      this.#lost.reason = reason;
    }
    const next = nextCandidate(state.facts.tick?.status.nodes ?? [], this.#tried);
    this.#target = next;
    this.#announce(next);
    if (next === undefined) this.#tried.clear();
    // All were tried: the endpoints that were given are asked after a while, then all over again. Between two others only
    // what else there is to do gets its turn.
    await this.#pause(next === undefined ? ROUND_MS : 0);
  }

  #announce(next: SourceNode | undefined): void {
    const { monoMs } = this.#state().now;
    const lost = this.#lost;
    if (lost === undefined) {
      const link = { kind: 'connecting', node: next?.name, sinceMs: monoMs } as const;
      this.#dispatch({ type: 'link', link });
      return;
    }
    const { node, sinceMs, reason } = lost;
    const link = { kind: 'lost', node, sinceMs, reason, trying: next?.name } as const;
    this.#dispatch({ type: 'link', link });
  }

  /** Waits, but not for longer than until it is stopped or sent elsewhere. */
  async #pause(ms: number): Promise<void> {
    const stream = new AbortController();
    this.#stream = stream;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      stream.signal.addEventListener('abort', () => {
        clearTimeout(timer);
        resolve();
      });
    });
    const wish = this.#takeWish();
    if (wish !== undefined) this.#target = wish.to;
  }
}

/** The best node that was not tried yet: those that are up before those that may not be. */
export function nextCandidate(
  nodes: readonly NodeView[],
  tried: ReadonlySet<string>,
): SourceNode | undefined {
  const open = nodes.filter(({ name, membership }) => !tried.has(name) && membership !== 'removed');
  const best =
    open.find(({ liveness }) => liveness === 'up') ??
    open.find(({ liveness }) => liveness === 'suspect') ??
    open[0];
  return best === undefined ? undefined : { name: best.name, address: best.address };
}
