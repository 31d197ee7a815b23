import type { WatchTick } from '../../src/node/core/views/event-views.js';
import type { Action } from '../../src/tui/actions.js';
import { commandsFor } from '../../src/tui/keymap.js';
import type { Stroke } from '../../src/tui/keys.js';
import { reduce } from '../../src/tui/reducer.js';
import { initialState, type State, type ViewName } from '../../src/tui/state.js';
import { fakeTick, SIX_NODES, START_MS, type FakeCluster } from './fake-cluster.js';
import { fakeRepair, fakeTopology, LEAVES, JOINS } from './fake-plan.js';

/** A dashboard without a terminal: a state that actions and keys are applied to at moments that the test chooses. */
export class Bench {
  state: State;
  #seconds = 0;

  constructor(columns: number, rows: number, view: ViewName = 'overview') {
    const size = { columns, rows };
    this.state = initialState(this.#now(), { size, intervalMs: 1000, view });
  }

  #now(): State['now'] {
    return { monoMs: 5000 + this.#seconds * 1000, wallMs: START_MS + this.#seconds * 1000 };
  }

  do(action: Action): this {
    this.state = reduce(this.state, { action, now: this.#now() });
    return this;
  }

  wait(seconds: number): this {
    this.#seconds += seconds;
    return this.do({ type: 'time' });
  }

  tick(tick: WatchTick): this {
    this.do({ type: 'tick', tick });
    return this.do({ type: 'link', link: { kind: 'live', node: tick.status.viewedFrom } });
  }

  /** Applies the actions of the strokes, and gives the effects back. */
  press(...strokes: readonly Stroke[]): readonly unknown[] {
    const effects: unknown[] = [];
    for (const stroke of strokes) {
      for (const command of commandsFor(this.state, stroke)) {
        if ('action' in command) this.do(command.action);
        else effects.push(command.effect);
      }
    }
    return effects;
  }
}

/** A dashboard that has seen half a minute of a cluster, and is 0.4 s past its last tick. */
export function seasoned(
  [columns, rows]: readonly [number, number],
  view: ViewName,
  cluster: FakeCluster = SIX_NODES,
): Bench {
  const bench = new Bench(columns, rows, view);
  // A long history of a large cluster takes long to make.
  const seconds = cluster.nodes > 100 ? 5 : 30;
  for (let second = 0; second < seconds; second++) {
    const events = second === 0 ? (cluster.events ?? []) : [];
    bench.tick(fakeTick({ ...cluster, second, events }));
    bench.wait(second === seconds - 1 ? 0.4 : 1);
  }
  return bench;
}

/** Many nodes, one of them down. */
export const MANY_NODES: FakeCluster = {
  nodes: 300,
  second: 0,
  states: { n17: ['down', 20] },
  events: SIX_NODES.events ?? [],
};

/** Three nodes that missed writes: one is sent them, one is not to be sent them, and for one the time is over. */
export const MISSED_WRITES: FakeCluster = {
  nodes: 6,
  second: 0,
  states: { n4: ['down', 12_000] },
  hints: {
    n4: { count: 12_345, bytes: 31_000_000, oldestS: 12_000 },
    n5: { count: 420, bytes: 900_000, oldestS: 65, state: 'replaying', perSecond: 1_300_000 },
    n6: { count: 3, bytes: 612, oldestS: 4, state: 'paused' },
  },
  marks: { n1: 12, n3: 1 },
};

/** A node joins by a plan that runs. */
export const A_PLAN: FakeCluster = { ...SIX_NODES, plan: {} };

/** Two changes that wait to be begun. */
export const STAGED: FakeCluster = { ...SIX_NODES, staged: [JOINS, LEAVES] };

/** A dashboard that looks at jobs: what moves was asked for, and one node drives a repair while another one has ended one. */
export function atJobs(
  size: readonly [number, number],
  cluster: FakeCluster = A_PLAN,
  view: ViewName = 'jobs',
): Bench {
  const bench = seasoned(size, view, cluster);
  const isChanging = cluster.plan !== undefined || cluster.staged !== undefined;
  if (isChanging) {
    const topology = fakeTopology(cluster.plan, cluster.staged);
    bench.do({ type: 'topology', topology });
  }
  const ended = fakeRepair({
    ...{ id: 'r-0b52', state: 'done', node: 'n1', scope: 'node n4', step: '', at: '' },
    ...{ startedAtMs: 1_795_001_000_000, done: 640, away: [] },
  });
  for (const [i, sentBytes] of [32, 38].entries()) {
    const running = fakeRepair({ sentBytes: sentBytes * 1024 ** 2, done: 398 + 4 * i });
    const answers = [
      { node: 'n2', jobs: [running], problem: '' },
      { node: 'n1', jobs: [ended], problem: '' },
    ];
    bench.do({ type: 'repairs', answers }).wait(i === 0 ? 2 : 0);
  }
  const second = 32;
  bench.tick(fakeTick({ ...cluster, second, events: [] }));
  return bench.wait(0.4);
}
