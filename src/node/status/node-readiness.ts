import { KvError } from '../core/errors.js';
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
    for (const listener of this.#listeners) listener();
  }
}

function startingMessage(waitsFor: string | undefined): string {
  return waitsFor === undefined
    ? 'the node is starting'
    : `the node is starting: it waits for ${waitsFor}`;
}
