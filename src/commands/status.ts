import { Flags } from '@oclif/core';
import { ClientCommand, untilInterrupted, type ConnectionFlags } from '../cli/client-command.js';
import { EXIT, ExitWith } from '../cli/exit-codes.js';
import { durationFlag } from '../cli/flags.js';
import { renderStatus } from '../cli/render/status.js';
import { statusFacts } from '../cli/results.js';
import { RoamingClient } from '../cli/roaming-client.js';
import { isAtMost, watchStatus, type HealthName, type WatchEnd } from '../cli/status-watch.js';
import { WatchText } from '../cli/watch-text.js';
import { KvError } from '../node/core/errors.js';
import { LIMITS } from '../node/core/limits.js';
import type { StatusView } from '../node/core/views/status-views.js';

const INTERVAL_MS = 2000;
/** How long `--until` waits when nothing is said. */
const UNTIL_MS = 10 * 60_000;

/** The state of the cluster at one glance. */
export default class Status extends ClientCommand {
  static override readonly summary = 'show how the cluster does: verdict, nodes, what to do';

  static override readonly description = `Marks before a node: * the one that was asked, x down, ? suspect, + joining, - leaving, ! up but not serving.
Exit code 0 says that the status could be asked for, not that the cluster is well: for that there is --fail-on, with exit code 5.
With --until the time of --timeout (10m) is how long to wait, and 124 says that it was not enough.`;

  static override readonly examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> -w --interval 1s',
    '<%= config.bin %> <%= command.id %> --until healthy --timeout 2m',
    '<%= config.bin %> <%= command.id %> --fail-on degraded -q --json',
  ];

  static override readonly flags = {
    watch: Flags.boolean({ char: 'w', summary: 'show it again and again' }),
    interval: durationFlag({ summary: 'time between two looks, with --watch or --until (2s)' }),
    until: Flags.option({
      summary: 'wait until the cluster is that well',
      options: ['healthy', 'degraded'] as const,
    })(),
    'fail-on': Flags.option({
      summary: 'exit with 5 if the cluster is that bad, or worse',
      options: ['degraded', 'critical'] as const,
      exclusive: ['watch'],
    })(),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Status);
    const failOn = flags['fail-on'];
    if (!flags.watch && flags.until === undefined) {
      const view = await this.withClient(flags, (client) => client.status());
      await this.#show(view, exitOf(view, failOn));
      return;
    }
    const end = await this.#watch(flags);
    if (end.kind === 'timeout') {
      await this.#timedOut(end, flags.watch);
      return;
    }
    if (!flags.watch) await this.#show(end.view, exitOf(end.view, failOn));
  }

  async #watch(
    flags: ConnectionFlags & {
      readonly watch: boolean;
      readonly interval: number | undefined;
      readonly until: HealthName | undefined;
    },
  ): Promise<WatchEnd> {
    const { until } = flags;
    const timeoutMs = flags.timeout ?? UNTIL_MS;
    // With --until the timeout is for the wait; each question has the usual time.
    const connection = {
      ...flags,
      timeout: until === undefined ? flags.timeout : Math.min(timeoutMs, LIMITS.clientTotalMs),
    };
    const client = new RoamingClient(this.endpoints(flags), (endpoints) =>
      this.connect(connection, endpoints),
    );
    const screen = new WatchText(process.stdout);
    const seen = (view: StatusView): Promise<void> =>
      this.#show(view, undefined, (text) => screen.next(text));
    try {
      return await untilInterrupted((signal) =>
        watchStatus(
          {
            ask: () => client.status(),
            intervalMs: flags.interval ?? INTERVAL_MS,
            until,
            timeoutMs,
            seen: flags.watch ? seen : async () => undefined,
            lost: (error) => this.note(`${error.message}; asking again`),
          },
          signal,
        ),
      );
    } finally {
      client.close();
    }
  }

  async #show(
    view: StatusView,
    exit: number | undefined,
    place = (text: string): string => text,
  ): Promise<void> {
    const facts = statusFacts(view);
    await this.print({
      ...facts,
      // The text has them below its table.
      warnings: this.wantsJson ? facts.warnings : [],
      text: (look) => place(renderStatus(view, look)),
      exit,
    });
  }

  /** The time was up: what is known is shown, and 124 says that it is not what was waited for. */
  async #timedOut(
    { last }: Extract<WatchEnd, { kind: 'timeout' }>,
    watched: boolean,
  ): Promise<void> {
    if (last === undefined || last instanceof KvError)
      throw new ExitWith(
        EXIT.deadline,
        last ?? new KvError('KV_UNREACHABLE', 'no node answered in time'),
      );
    if (!watched) await this.#show(last, EXIT.deadline);
    process.exitCode = EXIT.deadline;
    await this.note(`still ${last.health}: the time was up`);
  }
}

function exitOf(view: StatusView, failOn: 'degraded' | 'critical' | undefined): number | undefined {
  return failOn !== undefined && isAtMost(view.health, failOn) ? EXIT.belowHealth : undefined;
}
