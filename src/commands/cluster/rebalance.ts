import { Flags } from '@oclif/core';
import { confirmYes } from '../../cli/confirm.js';
import { rebalanceOf } from '../../cli/ring/rebalance-view.js';
import { askRing } from '../../cli/ring/ask-ring.js';
import { ringPicture } from '../../cli/ring/ring-picture.js';
import { TopologyCommand } from '../../cli/topology-command.js';
import { planFlags, stageFlag, YES_FLAG } from '../../cli/topology-flags.js';
import { KvError } from '../../node/core/errors.js';
import { formatShare } from '../../stdx/figures.js';

/** In percent over the mean of a rack. */
const USUAL = 5;
const MOST = 100;

/** Makes what nodes hold even again. */
export default class ClusterRebalance extends TopologyCommand {
  static override readonly summary = 'make what nodes hold even again, by a plan';

  static override readonly description = `Nodes that came and went can leave a ring in which some nodes hold more than others (see \`kv ring balance\`). Vnodes are handed from the most loaded nodes to the least loaded ones of their racks, as few as will do, where they are: little is moved. Racks of different size hold different shares, which this does not change.
It is a plan as any other: shown, asked for, begun and followed; Ctrl-C detaches.`;

  static override readonly examples = [
    '<%= config.bin %> <%= command.id %> --dry-run',
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --within 2 --yes --detach',
  ];

  static override readonly flags = {
    within: Flags.string({
      helpValue: 'PERCENT',
      summary: `how far over the mean of its rack a node may be, 1 to ${MOST}`,
      default: String(USUAL),
    }),
    ...planFlags(),
    ...stageFlag(),
    ...YES_FLAG,
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(ClusterRebalance);
    const within = percentOf(flags.within);
    await this.withClient(flags, async (client, signal) => {
      const picture = ringPicture(await askRing(client));
      if (picture.pending !== undefined)
        throw new KvError(
          'KV_PLAN_REFUSED',
          'a change of the ring is staged, or under way: rebalance when it is done',
          { hints: ['kv cluster plan', 'kv job list'] },
        );
      const { moves, imbalance } = rebalanceOf(picture, 1 + within / 100);
      if (moves.length === 0) {
        await this.print({
          cluster: picture.cluster,
          viewedFrom: picture.viewedFrom,
          result: { dryRun: flags['dry-run'], moves, imbalance },
          text: () => unmovedText(imbalance, within),
        });
        return;
      }
      const wish = {
        ...{ change: { action: 'rebalance', moves } as const, checks: flags.checks },
        ...{ stage: flags.stage, dryRun: flags['dry-run'], detach: flags.detach },
        confirm: () =>
          confirmYes({
            what: 'Begin this plan',
            given: flags.yes,
            interactive: this.interactive(flags),
          }),
      };
      await this.carryOut(await this.describe(client), wish, signal);
    });
  }
}

/** @throws KvError KV_USAGE */
function percentOf(text: string): number {
  const percent = Number(text);
  if (text.trim() !== '' && percent >= 1 && percent <= MOST) return percent;
  throw new KvError('KV_USAGE', `--within is a percentage from 1 to ${MOST}, not ${text}`, {
    hints: [`--within ${USUAL}`],
  });
}

function unmovedText(imbalance: number, within: number): string {
  const over = `${formatShare(imbalance - 1)} over the mean of its rack`;
  return imbalance <= 1 + within / 100
    ? `Even enough: no node holds more than ${over}.\n`
    : `No vnode can be handed on to make it more even: a node holds ${over}.\n`;
}
