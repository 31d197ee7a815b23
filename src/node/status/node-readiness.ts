import { KvError, refusesIdentity } from '../core/errors.js';
import type { EventSink, Readiness } from '../services.js';

type State =
  | { readonly kind: 'starting'; readonly waitsFor: string | undefined }
  | { readonly kind: 'ready' }
  | { readonly kind: 'draining' }
  | { readonly kind: 'failed'; readonly error: KvError };

/** Says whether the node serves, and why not; a failure is for good, until a restart. */
export class NodeReadiness implements Readiness {
  readonly #events: EventSink;
  readonly #listeners = new Set<() => void>();
  #state: State = { kind: 'starting', waitsFor: undefined };
  #drained = false;
  #maintained = false;

  constructor(events: EventSink) {
    this.#events = events;
  }

  notReady(): KvError | undefined {
    const state = this.#state;
    switch (state.kind) {
      case 'ready':
        return undefined;
      case 'starting':
        return new KvError('KV_NOT_READY', startingMessage(state.waitsFor));
      case 'draining':
        return new KvError('KV_NOT_READY', 'the node is draining: it will stop soon');
      case 'failed':
        return new KvError(state.error.code, state.error.message, { cause: state.error });
    }
  }

  refusesToVote(): KvError | undefined {
    if (this.#state.kind !== 'starting') return undefined;
    return new KvError('KV_NOT_READY', startingMessage(this.#state.waitsFor));
  }

  refusesClients(): KvError | undefined {
    const notReady = this.notReady();
    // That this node is no member any more is no answer to a client: another one serves it.
    if (notReady !== undefined && refusesIdentity(notReady.code))
      return new KvError('KV_NOT_READY', notReady.message, { cause: notReady });
    if (notReady !== undefined || !this.isDrained()) return notReady;
    const why = this.#maintained ? 'is in maintenance' : 'was drained';
    const message = `the node ${why}: it takes no clients, and goes on as a replica`;
    return new KvError('KV_NOT_READY', message);
  }

  /** Whether an operator has sent the clients away; a restart forgets it, unless it is for a maintenance. */
  isDrained(): boolean {
    return this.#drained || this.#maintained;
  }

  /** Sends clients elsewhere as long as the cluster says that somebody works on the node. */
  setMaintained(maintained: boolean): void {
    if (this.#maintained === maintained) return;
    this.#maintained = maintained;
    this.#events.emit({
      kind: 'node',
      severity: maintained ? 'warn' : 'info',
      message: maintained ? 'in maintenance: takes no clients' : 'out of maintenance',
    });
    this.#tell();
  }

  /** Sends clients elsewhere from now on, or takes them again: what runs is finished, and peers notice nothing. */
  setDrained(drained: boolean): void {
    if (this.#drained === drained) return;
    this.#drained = drained;
    this.#events.emit({
      kind: 'node',
      severity: drained ? 'warn' : 'info',
      message: drained ? 'drained: takes no clients' : 'takes clients again',
    });
    this.#tell();
  }

  /** The failure that stopped it, when one did. */
  failure(): KvError | undefined {
    return this.#state.kind === 'failed' ? this.#state.error : undefined;
  }

  /** Says what the start waits for. */
  waitFor(what: string): void {
    if (this.#state.kind === 'starting') this.#enter({ kind: 'starting', waitsFor: what });
  }

  /** The node serves from now on; a failed or draining one does not come back. */
  ready(): void {
    if (this.#state.kind === 'starting') this.#enter({ kind: 'ready' });
  }

  /** New work is refused from now on, what runs is finished. */
  drain(): void {
    if (this.#state.kind !== 'failed') this.#enter({ kind: 'draining' });
  }

  fail(error: KvError): void {
    if (this.#state.kind === 'failed') return;
    this.#enter({ kind: 'failed', error });
    this.#events.emit({
      kind: 'node',
      severity: 'bad',
      message: `stopped serving: ${error.message}`,
    });
  }

  /** Calls back after each change, until the returned function is called. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #enter(state: State): void {
    this.#state = state;
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

function startingMessage(waitsFor: string | undefined): string {
  return waitsFor === undefined
    ? 'the node is starting'
    : `the node is starting: it waits for ${waitsFor}`;
}
