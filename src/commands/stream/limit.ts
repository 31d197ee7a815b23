import { Args } from '@oclif/core';
import { limitText } from '../../cli/render/streams.js';
import { streamsFacts } from '../../cli/results.js';
import { TopologyCommand } from '../../cli/topology-command.js';
import { KvError } from '../../node/core/errors.js';
import { LIMITS } from '../../node/core/limits.js';
import { formatSize, parseSize } from '../../stdx/size.js';

/** What stands for the usual rate. */
const USUAL = 'default';

/** How fast records are moved while the ring changes. */
export default class StreamLimit extends TopologyCommand {
  static override readonly summary =
    'show or change how fast records are moved while the ring changes';

  static override readonly description = `The rate is that of what one node is given, in bytes per second; several nodes are given theirs at the same time. It holds for the whole cluster, at once, and until it is changed again. A node that is slow is given less in any case.
Without a rate, says what it is; \`${USUAL}\` is ${formatSize(LIMITS.planBytesPerSecond)}/s.`;

  static override readonly examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> 8MiB',
    `<%= config.bin %> <%= command.id %> ${USUAL}`,
  ];

  static override readonly args = {
    rate: Args.string({
      description: `bytes per second, such as 8MiB, or ${USUAL}`,
      ignoreStdin: true,
    }),
  };

  async run(): Promise<void> {
    const { flags, args } = await this.parse(StreamLimit);
    const rate = args.rate === undefined ? undefined : rateIn(args.rate);
    const view = await this.withClient(flags, async (client) => {
      if (rate !== undefined)
        await this.change(await this.describe(client), {
          action: 'limit',
          bytesPerSecond: rate === USUAL ? undefined : rate,
        });
      return await client.status();
    });
    await this.print({
      ...streamsFacts(view),
      text: () => (rate !== undefined && this.quiet ? '' : `${limitText(view)}\n`),
    });
  }
}

/** @throws KvError KV_USAGE */
function rateIn(text: string): number | typeof USUAL {
  if (text === USUAL) return USUAL;
  const bytes = parseSize(text.replace(/\/s$/, ''));
  const [least, most] = [LIMITS.planLeastBytesPerSecond, LIMITS.planMostBytesPerSecond];
  if (bytes !== undefined && bytes >= least && bytes <= most) return bytes;
  throw new KvError(
    'KV_USAGE',
    `${JSON.stringify(text)} is no rate: bytes per second from ${formatSize(least)} to ${formatSize(most)}, or ${USUAL}`,
    { hints: ['kv stream limit 8MiB'] },
  );
}
