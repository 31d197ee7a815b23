import type { NodeView } from '../node/core/views/node-views.js';
import type { StatusView } from '../node/core/views/status-views.js';
import type { Action } from './actions.js';
import { messageOf, withDeadline } from './deadline.js';
import type { RepairsAnswer } from './job-facts.js';
import type { SourceNode, TickSource } from './source.js';
import type { State } from './state.js';

/** What nodes have to do with a plan changes seldom; how far they are comes with the ticks. */
const TOPOLOGY_MS = 3000;
const REPAIRS_MS = 2000;
/** Nodes asked for their repairs at a time: of a large cluster each has its turn. */
const NODES_AT_ONCE = 12;
const ANSWER_MS = 4000;

export interface JobWatchParts {
  readonly source: Pick<TickSource, 'topology' | 'repairs'>;
  state(): State;
  /** The node that is viewed. */
  target(): SourceNode | undefined;
  dispatch(action: Action): void;
}

/** Asks for what the ticks do not tell of jobs, while somebody looks at it and no more often than it is worth; ticks and keys give it the time. */
export class JobWatch {
  readonly #parts: JobWatchParts;
  /** When it was asked last, and about what; undefined to ask at once. */
  #topologyAsked: { readonly atMs: number; readonly about: string } | undefined;
  #repairsAskedMs: number | undefined;
  #asksTopology = false;
  #asksRepairs = false;
  /** The node that was asked for its repairs last. */
  #turn: string | undefined;
  /** The failure that was told last. */
  #told = '';
  #stopped = false;

  constructor(parts: JobWatchParts) {
    this.#parts = parts;
  }

  /** Asks for what is wanted now and not known freshly. */
  look(): void {
    const state = this.#parts.state();
    const status = state.facts.tick?.status;
    if (this.#stopped || state.frozen !== undefined || status === undefined) return;
    if (this.#parts.target() === undefined) return;
    const { view } = state;
    if ((view === 'jobs' || view === 'ring') && changeOf(status) !== '') {
      this.#lookAtTopology(status, state.now.monoMs);
    }
    if (view === 'jobs') this.#lookAtRepairs(status, state.now.monoMs);
  }

  /** What is known may have changed: it is asked for at the next look. */
  forget(): void {
    this.#topologyAsked = undefined;
    this.#repairsAskedMs = undefined;
  }

  stop(): void {
    this.#stopped = true;
  }

  #lookAtTopology(status: StatusView, nowMs: number): void {
    const about = changeOf(status);
    const asked = this.#topologyAsked;
    if (this.#asksTopology) return;
    if (asked?.about === about && nowMs - asked.atMs < TOPOLOGY_MS) return;
    this.#topologyAsked = { atMs: nowMs, about };
    this.#asksTopology = true;
    void this.#askTopology();
  }

  async #askTopology(): Promise<void> {
    const { source } = this.#parts;
    try {
      const topology = await withDeadline(
        source.topology(this.#parts.target()),
        ANSWER_MS,
        'no answer',
      );
      this.#told = '';
      this.#dispatch({ type: 'topology', topology });
    } catch (error) {
      this.#tell(`what moves is not known: ${messageOf(error)}`);
    } finally {
      this.#asksTopology = false;
    }
  }

  #lookAtRepairs({ nodes }: StatusView, nowMs: number): void {
    const isFresh = this.#repairsAskedMs !== undefined && nowMs - this.#repairsAskedMs < REPAIRS_MS;
    if (this.#asksRepairs || isFresh) return;
    this.#repairsAskedMs = nowMs;
    this.#asksRepairs = true;
    void this.#askRepairs(this.#next(nodes));
  }

  /** Those whose turn it is, round and round. */
  #next(nodes: readonly NodeView[]): readonly NodeView[] {
    const asked = nodes.filter(({ report }) => report !== undefined);
    const from = asked.findIndex(({ name }) => name === this.#turn) + 1;
    const next = [...asked.slice(from), ...asked.slice(0, from)].slice(0, NODES_AT_ONCE);
    this.#turn = next.at(-1)?.name;
    return next;
  }

  async #askRepairs(nodes: readonly NodeView[]): Promise<void> {
    const { source } = this.#parts;
    const answers = await Promise.all(
      nodes.map(async (node): Promise<RepairsAnswer> => {
        try {
          const jobs = await withDeadline(source.repairs(node), ANSWER_MS, 'no answer');
          return { node: node.name, jobs, problem: '' };
        } catch (error) {
          return { node: node.name, jobs: undefined, problem: messageOf(error) };
        }
      }),
    );
    this.#asksRepairs = false;
    this.#dispatch({ type: 'repairs', answers });
  }

  /** What goes on failing is told once. */
  #tell(text: string): void {
    if (text !== this.#told) this.#dispatch({ type: 'notice', text, bad: true });
    this.#told = text;
  }

  #dispatch(action: Action): void {
    if (!this.#stopped) this.#parts.dispatch(action);
  }
}

/** What changes the ring, or is to, as far as what moves depends on it; empty when nothing does. */
function changeOf({ plan, staged }: StatusView): string {
  if (plan === undefined && staged.length === 0) return '';
  const texts = staged.map(({ text }) => text).join();
  return `${plan?.id ?? ''} ${plan?.step ?? ''} ${texts}`;
}
