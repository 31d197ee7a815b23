import type { ReadResult, WriteResult } from '../client/client.js';
import { KvError } from '../node/core/errors.js';
import type { TraceView } from '../node/core/views/trace-views.js';
import { ClientCommand } from './client-command.js';
import { eachKey, type Settled } from './each-key.js';
import { operationError, type Operation } from './operation-error.js';

/** One key and what became of it. */
export interface Finished<T> {
  readonly key: Uint8Array;
  readonly result: T;
}

/** A command that reads or writes keys: runs them all, shows their traces, and names the key in its errors. */
export abstract class OperationCommand extends ClientCommand {
  protected abstract readonly kind: Operation['kind'];
  /** --trace was given. */
  protected traces = false;

  /** Runs `run` for every key. @throws KvError of the first key that failed, after saying which were done */
  protected async runAll<T extends ReadResult | WriteResult>(
    keys: readonly Uint8Array[],
    level: string | undefined,
    run: (key: Uint8Array) => Promise<T>,
  ): Promise<readonly Finished<T>[]> {
    const settled = await eachKey(keys, run);
    const done = settled.filter((one) => one.kind === 'done');
    for (const { key, result } of done) await this.#showTrace(key, result.trace);
    const failed = settled.find((one) => one.kind === 'failed');
    if (failed === undefined) return done;
    throw this.#explain(failed, { level, done: done.length, of: keys.length });
  }

  #explain(
    failed: Extract<Settled<unknown>, { kind: 'failed' }>,
    context: { readonly level: string | undefined; readonly done: number; readonly of: number },
  ): unknown {
    const { error, key } = failed;
    if (!(error instanceof KvError)) return error;
    const explained = operationError(error, { kind: this.kind, key, level: context.level });
    if (context.of === 1) return explained;
    return new KvError(
      explained.code,
      `${explained.message}\nof ${context.of} keys, ${context.done} succeeded`,
      {
        outcome: explained.outcome,
        replicas: explained.replicas,
        hints: explained.hints,
        cause: error,
      },
    );
  }

  /** The whole trace with --trace, its first line with -v; in JSON it is part of the result. */
  async #showTrace(key: Uint8Array, trace: TraceView | undefined): Promise<void> {
    if (trace === undefined || this.wantsJson) return;
    const { renderTrace, summariseTrace } = await import('./render/trace.js');
    const render = this.traces ? renderTrace : summariseTrace;
    await this.output.note(render(trace, key, this.noteLook));
  }
}
