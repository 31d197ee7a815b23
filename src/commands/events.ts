import { setTimeout as sleep } from 'node:timers/promises';
import { Flags } from '@oclif/core';
import type { KvClient } from '../client/client.js';
import { ClientCommand, untilInterrupted, type ConnectionFlags } from '../cli/client-command.js';
import { askEach, type NodeAnswers } from '../cli/each-node.js';
import { missingWarnings } from '../cli/envelope.js';
import { chosenEvents, EventFeed, type EventFilter } from '../cli/event-feed.js';
import { durationFlag } from '../cli/flags.js';
import { document } from '../cli/render/lines.js';
import { EventLines } from '../cli/render/events.js';
import { RoamingClient } from '../cli/roaming-client.js';
import { KvError } from '../node/core/errors.js';
import { LIMITS } from '../node/core/limits.js';
import type { EventView } from '../node/core/views/event-views.js';
import type { StatusView } from '../node/core/views/status-views.js';

const INTERVAL_MS = 2_000;
const SHOWN = 100;
/** Events of a node between two looks that are not counted as missed. */
const AT_ONCE = 500;

/** The events of one node. */
interface NodeEvents {
  readonly node: string;
  readonly events: readonly EventView[];
}

/** What has happened to the nodes. */
export default class Events extends ClientCommand {
  static override readonly summary = 'show what has happened, on all nodes, the newest last';

  static override readonly description = `Each node keeps its last ${LIMITS.events} events since its start: who was seen to go and to come back, changes of the cluster, faults of disks
and clocks, hints and repairs. Several nodes may tell of the same thing, each as it saw it. Marks: ! warning, x bad.
With --follow the new ones come as they happen, until Ctrl-C; what came and went between two looks is counted.`;

  static override readonly examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> -f --severity warn',
    '<%= config.bin %> <%= command.id %> --node n4 --since 10m',
    '<%= config.bin %> <%= command.id %> -f -o ndjson',
  ];

  static override readonly flags = {
    follow: Flags.boolean({ char: 'f', summary: 'go on with what happens from now on' }),
    node: Flags.string({ helpValue: 'NODE', summary: 'only what this node tells' }),
    since: durationFlag({ summary: 'only what is not older than that' }),
    severity: Flags.option({
      summary: 'that severe, or more',
      default: 'info',
      options: ['info', 'warn', 'bad'] as const,
    })(),
    kind: Flags.option({
      summary: 'only of this kind',
      options: [
        'gossip',
        'metadata',
        'store',
        'node',
        'clock',
        'transport',
        'hint',
        'repair',
      ] as const,
    })(),
    limit: Flags.integer({
      helpValue: 'N',
      summary: `the newest N of them (${SHOWN}); 0 is all`,
      default: SHOWN,
      min: 0,
      max: 100_000,
    }),
    interval: durationFlag({ summary: 'time between two looks, with --follow (2s)' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Events);
    const { node, limit, severity, kind, since } = flags;
    const filter = { severity, kind, sinceMs: since === undefined ? 0 : Date.now() - since };
    if (flags.follow && this.format === 'json')
      throw new KvError('KV_USAGE', '--follow gives a document for each event: use -o ndjson', {
        hints: ['-o ndjson'],
      });
    const client = new RoamingClient(this.endpoints(flags), (endpoints) =>
      this.connect(flags, endpoints),
    );
    try {
      const found = await untilInterrupted(() => look(client, node, LIMITS.events));
      const all = found.answers.flatMap(({ events }) => events);
      const shown = chosenEvents(all, filter).slice(limit === 0 ? 0 : -limit);
      if (!flags.follow) {
        await this.#show(found, shown);
        return;
      }
      for (const { message } of missingWarnings(found.missing)) await this.note(message);
      const feed = new EventFeed();
      for (const { node: name, events } of found.answers) feed.take(name, events);
      const lines = new EventLines(this.look);
      await this.#tell(shown, lines);
      await this.#follow(client, flags, { feed, lines, filter });
    } finally {
      client.close();
    }
  }

  async #show(found: NodeAnswers<NodeEvents>, events: readonly EventView[]): Promise<void> {
    const { cluster, viewedFrom } = found.status;
    await this.print({
      cluster,
      viewedFrom,
      result: { events },
      warnings: missingWarnings(found.missing),
      partial: found.missing,
      text: (how) =>
        events.length === 0 ? 'no events\n' : document(new EventLines(how).lines(events)),
    });
  }

  async #follow(
    client: RoamingClient,
    flags: ConnectionFlags & {
      readonly node: string | undefined;
      readonly interval: number | undefined;
    },
    on: { readonly feed: EventFeed; readonly lines: EventLines; readonly filter: EventFilter },
  ): Promise<void> {
    await untilInterrupted(async (signal) => {
      let lost = '';
      while (!signal.aborted) {
        await sleep(flags.interval ?? INTERVAL_MS, undefined, { signal });
        try {
          const { answers } = await look(client, flags.node, AT_ONCE);
          lost = '';
          const fresh = answers.map(({ node, events }) => ({
            node,
            ...on.feed.take(node, events),
          }));
          for (const { node, missed } of fresh)
            if (missed > 0) await this.note(`${missed} events of ${node} came and went unseen`);
          const events = fresh.flatMap((one) => one.events);
          await this.#tell(chosenEvents(events, on.filter), on.lines);
        } catch (error) {
          if (!(error instanceof KvError) || !error.row.retryable) throw error;
          if (lost !== error.message) await this.note(`${error.message}; asking again`);
          lost = error.message;
        }
      }
    });
  }

  async #tell(events: readonly EventView[], lines: EventLines): Promise<void> {
    const texts =
      this.format === 'ndjson' ? events.map((one) => JSON.stringify(one)) : lines.lines(events);
    if (texts.length > 0) await this.output.data(`${texts.join('\n')}\n`);
  }
}

/** The newest events of all nodes, or of one. @throws KvError as `askNodes` */
async function look(
  roaming: RoamingClient,
  name: string | undefined,
  limit: number,
): Promise<NodeAnswers<NodeEvents>> {
  return await roaming.ask(async (client: KvClient, status: StatusView) => ({
    status,
    ...(await askEach({ among: status.nodes, name }, async ({ name: node, endpoint }) => ({
      node,
      events: await client.askNode(endpoint, (one, ms) => one.events({ limit }, ms)),
    }))),
  }));
}
