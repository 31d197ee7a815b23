import { Deferred } from '../../stdx/deferred.js';
import { KvError } from '../core/errors.js';
import { LIMITS } from '../core/limits.js';
import type { ClusterMetadata, MetadataEntry, NodeId } from '../core/metadata/cluster-metadata.js';
import { historyOf, type LogHistory } from '../core/metadata/recoveries.js';
import { majority } from '../core/metadata/voters.js';
import type { Buggify } from '../env/buggify.js';
import type { Logger } from '../env/log.js';
import type { LivenessService, PeerDirectory } from '../services.js';

export interface EntryHeraldOptions {
  readonly self: NodeId;
  readonly buggify: Buggify;
  readonly log: Logger;
  readonly directory: PeerDirectory;
  readonly liveness: LivenessService;
}

/** Tells decided entries to the members that are alive; whoever misses one hears of the epoch by gossip and pulls. */
export class EntryHerald {
  readonly #options: EntryHeraldOptions;

  constructor(options: EntryHeraldOptions) {
    this.#options = options;
  }

  /**
   * Tells everyone, voters first, some at a time.
   * Resolves when a majority of the voters of `state`, the state after the entry, has stored it, or nobody is left to tell.
   */
  tell(entry: MetadataEntry, state: ClusterMetadata): Promise<void> {
    const { self, liveness } = this.#options;
    const done = new Deferred<void>();
    let needed = majority(state.voters.length) - (state.voters.includes(self) ? 1 : 0);
    const note = (id: NodeId, stored: boolean): void => {
      if (stored && state.voters.includes(id)) needed -= 1;
      if (needed <= 0) done.resolve();
    };
    const others = state.members
      .filter((member) => member.state !== 'removed' && member.nodeId !== self)
      .map((member) => member.nodeId)
      .filter((id) => liveness.stateOf(id) !== 'down');
    const queue = [
      ...others.filter((id) => state.voters.includes(id)),
      ...others.filter((id) => !state.voters.includes(id)),
    ];
    const worker = async (): Promise<void> => {
      for (let id = queue.shift(); id !== undefined; id = queue.shift())
        note(id, await this.#tellOne(id, entry, historyOf(state)));
    };
    note(self, false);
    const workers = Array.from({ length: LIMITS.metadataLearnsAtOnce }, worker);
    Promise.all(workers).then(
      () => {
        done.resolve();
      },
      (error: unknown) => {
        done.reject(error);
      },
    );
    return done.promise;
  }

  async #tellOne(nodeId: NodeId, entry: MetadataEntry, history: LogHistory): Promise<boolean> {
    const { directory, log, buggify } = this.#options;
    if (buggify('metadata.forgetful-herald')) return false;
    try {
      const reply = await directory
        .linkTo(nodeId)
        ?.meta({ kind: 'learn', entry, history }, LIMITS.metadataLearnMs);
      return reply?.kind === 'ok';
    } catch (error) {
      if (!(error instanceof KvError)) throw error;
      log.debug('a member was not told of an epoch', {
        peer: nodeId,
        epoch: entry.epoch,
        code: error.code,
      });
      return false;
    }
  }
}
