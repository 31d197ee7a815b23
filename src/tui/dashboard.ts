import type { NodeView } from '../node/core/views/node-views.js';
import { commandLine, type Act } from './act.js';
import type { ActEnd } from './act-end.js';
import { actOnHints } from './act-on-hints.js';
import { actOnJob } from './act-on-job.js';
import type { Command, Effect } from './actions.js';
import { messageOf, withDeadline } from './deadline.js';
import { Follower } from './follower.js';
import { frame } from './frame.js';
import { JobWatch } from './job-watch.js';
import type { Stroke } from './keys.js';
import { commandsFor } from './keymap.js';
import { plain } from './line.js';
import { saveSnapshot } from './snapshot.js';
import type { SourceNode, TickSource } from './source.js';
import { shownFacts, type State } from './state.js';
import type { Store } from './store.js';
import type { Terminal } from './terminal.js';
import type { Theme } from './theme.js';

const LOOK_UP_MS = 5000;
const LONGEST_INTERVAL_MS = 60_000;
const SHORTEST_INTERVAL_MS = 250;

export interface DashboardParts {
  readonly source: TickSource;
  readonly store: Store;
  readonly terminal: Terminal;
  readonly theme: Theme;
  /** Where snapshots are saved. */
  readonly folder: string;
  /** Called once when the reader wants to leave. */
  quit(): void;
}

/** Does what the keys ask for: to the state, to the terminal, to files, to the source. */
export class Dashboard {
  readonly #parts: DashboardParts;
  readonly #follower: Follower;
  readonly #jobs: JobWatch;
  /** What the nodes were asked to do, and have not answered yet. */
  #underWay: string | undefined;

  constructor(parts: DashboardParts) {
    this.#parts = parts;
    const { source, store } = parts;
    this.#follower = new Follower({
      source,
      state: () => store.state,
      dispatch: (action) => {
        store.dispatch(action);
        // Which node is viewed is told after its first tick.
        if (action.type === 'tick' || action.type === 'link') this.#jobs.look();
      },
    });
    this.#jobs = new JobWatch({
      source,
      state: () => store.state,
      target: () => this.#follower.target,
      dispatch: (action) => store.dispatch(action),
    });
  }

  /** Follows the cluster until stopped. */
  follow(): Promise<void> {
    return this.#follower.run();
  }

  stop(): void {
    this.#follower.stop();
    this.#jobs.stop();
  }

  /** What was typed takes effect, and is shown, before this returns. */
  readonly strokes = (strokes: readonly Stroke[]): void => {
    for (const stroke of strokes) {
      for (const command of commandsFor(this.#parts.store.state, stroke)) this.#perform(command);
    }
    this.#jobs.look();
  };

  #perform(command: Command): void {
    if ('action' in command) this.#parts.store.dispatch(command.action, true);
    else this.#cause(command.effect);
  }

  #cause(effect: Effect): void {
    const { terminal } = this.#parts;
    switch (effect.type) {
      case 'quit':
        this.#parts.quit();
        break;
      case 'suspend':
        terminal.suspend();
        break;
      case 'repaint':
        terminal.writer.repaint();
        break;
      case 'refetch':
        this.#follower.refetch();
        break;
      case 'copy':
        terminal.copy(effect.text);
        this.#note(`copied ${effect.text}`);
        break;
      case 'save':
        void this.#save();
        break;
      case 'look-up':
        void this.#lookUp(effect.key);
        break;
      case 'act':
        void this.#act(effect.act);
        break;
      case 'view-from':
        this.#viewFrom(effect.name);
        break;
      case 'set-interval':
        this.#setInterval(effect.intervalMs);
    }
  }

  #setInterval(wantedMs: number): void {
    const intervalMs = Math.min(LONGEST_INTERVAL_MS, Math.max(SHORTEST_INTERVAL_MS, wantedMs));
    this.#parts.store.dispatch({ type: 'interval', intervalMs }, true);
    this.#follower.refetch();
  }

  #note(text: string, bad = false): void {
    this.#parts.store.dispatch({ type: 'notice', text, bad }, true);
  }

  #viewFrom(name: string): void {
    const node = addressOf(this.#parts.store.state, name);
    if (node === undefined) {
      this.#note(`no node ${name}`, true);
      return;
    }
    this.#follower.view(node);
    this.#note(`asking ${name} for its view`);
  }

  async #act(act: Act): Promise<void> {
    if (this.#underWay !== undefined) {
      this.#note(`not yet: ${this.#underWay} is still under way`, true);
      return;
    }
    this.#underWay = commandLine(act);
    this.#note(`${this.#underWay} ...`);
    const { text, bad } = await this.#carryOut(act);
    this.#underWay = undefined;
    this.#note(text, bad);
    this.#follower.refetch();
    this.#jobs.forget();
    this.#jobs.look();
  }

  #carryOut(act: Act): Promise<ActEnd> {
    const { source, store } = this.#parts;
    const nodes = shownNodes(store.state);
    if (act.of === 'hints') return actOnHints(act, source, nodes);
    return actOnJob(act, source, { nodes, target: this.#follower.target });
  }

  async #lookUp(key: string): Promise<void> {
    const { source, store } = this.#parts;
    store.dispatch({ type: 'lookup', lookup: { key, owners: undefined, error: undefined } }, true);
    // An answer that comes after another key was asked for, or after esc, is not shown.
    const isWanted = (): boolean => store.state.lookup?.key === key;
    try {
      const asked = source.owners(new TextEncoder().encode(key), this.#follower.target);
      const owners = await withDeadline(asked, LOOK_UP_MS, 'no answer within 5 s');
      if (isWanted()) store.dispatch({ type: 'lookup', lookup: { key, owners, error: undefined } });
    } catch (error) {
      const lookup = { key, owners: undefined, error: messageOf(error) };
      if (isWanted()) store.dispatch({ type: 'lookup', lookup });
    }
  }

  async #save(): Promise<void> {
    const { store, theme, folder } = this.#parts;
    const { state } = store;
    const text = frame(state, theme).map((line) => plain(line).trimEnd());
    try {
      const name = await saveSnapshot(state, text, folder);
      this.#note(`saved ${name}.json and .txt`);
    } catch (error) {
      this.#note(`not saved: ${messageOf(error)}`, true);
    }
  }
}

function addressOf(state: State, wanted: string): SourceNode | undefined {
  const found = shownNodes(state).find(({ name }) => name === wanted);
  return found === undefined ? undefined : { name: found.name, address: found.address };
}

function shownNodes(state: State): readonly NodeView[] {
  return shownFacts(state).tick?.status.nodes ?? [];
}
