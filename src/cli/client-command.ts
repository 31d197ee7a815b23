import type { Interfaces } from '@oclif/core';
import type { KvClient } from '../client/client.js';
import type { Endpoint } from '../client/transport.js';
import { BaseCommand } from './base-command.js';
import { chooseEndpoints } from './endpoints.js';
import { Interrupted, type Failure } from './exit-codes.js';
import { CONNECTION_FLAGS } from './flags.js';
import { unreachableError } from './unreachable-error.js';

export type ConnectionFlags = Interfaces.InferredFlags<typeof CONNECTION_FLAGS>;

/** A command that asks a running cluster: finds its nodes, and always hangs up. */
export abstract class ClientCommand extends BaseCommand {
  static override baseFlags = { ...BaseCommand.baseFlags, ...CONNECTION_FLAGS };

  #endpointsNamed = true;

  /** Lends a client to `use`; Ctrl-C aborts `signal` and ends the command. @throws KvError, Interrupted */
  protected async withClient<T>(
    flags: ConnectionFlags,
    use: (client: KvClient, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const client = await this.connect(flags, this.endpoints(flags));
    try {
      return await untilInterrupted((signal) => use(client, signal));
    } finally {
      client.close();
    }
  }

  /** Nodes to begin with. @throws KvError KV_USAGE */
  protected endpoints(flags: ConnectionFlags): readonly Endpoint[] {
    const choice = chooseEndpoints(flags.endpoint, process.env);
    this.#endpointsNamed = choice.named;
    return choice.endpoints;
  }

  /** A client that the caller closes; gRPC is loaded here, so that commands that fail before need not wait for it. */
  protected async connect(
    flags: ConnectionFlags,
    endpoints: readonly Endpoint[],
  ): Promise<KvClient> {
    const { connect } = await import('./connect.js');
    return connect({
      endpoints,
      dialTimeoutMs: flags['dial-timeout'],
      timeoutMs: flags.timeout,
    });
  }

  protected override failureOf(thrown: unknown): Failure {
    const failure = super.failureOf(thrown);
    if (failure.error.code !== 'KV_UNREACHABLE') return failure;
    return { ...failure, error: unreachableError(failure.error, this.#endpointsNamed) };
  }
}

/** Runs `use` until it ends or the user presses Ctrl-C; a second Ctrl-C ends the process as the system does. */
export async function untilInterrupted<T>(use: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  let interrupt: () => void = () => undefined;
  const interrupted = new Promise<never>((_resolve, reject) => {
    interrupt = () => {
      const reason = new Interrupted();
      controller.abort(reason);
      reject(reason);
    };
  });
  process.once('SIGINT', interrupt);
  try {
    return await Promise.race([use(controller.signal), interrupted]);
  } finally {
    process.removeListener('SIGINT', interrupt);
  }
}
