import { ClientCommand, type ConnectionFlags } from './client-command.js';
import type { Answer } from './base-command.js';
import { askRing } from './ring/ask-ring.js';
import { ringPicture, type RingPicture } from './ring/ring-picture.js';

/** A command that computes what it says of the ring from what any node knows of the cluster. */
export abstract class RingCommand extends ClientCommand {
  /** @throws KvError */
  protected async picture(flags: ConnectionFlags): Promise<RingPicture> {
    return ringPicture(await this.withClient(flags, (client) => askRing(client)));
  }

  protected async printRing(
    { cluster, viewedFrom, atMs, warnings }: RingPicture,
    answer: Pick<Answer, 'result' | 'text'>,
  ): Promise<void> {
    await this.print({ cluster, viewedFrom, atMs, warnings, ...answer });
  }
}
