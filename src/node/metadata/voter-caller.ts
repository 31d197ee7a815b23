import { formatDuration } from '../../stdx/duration.js';
import { KvError } from '../core/errors.js';
import { LIMITS } from '../core/limits.js';
import type { MetaReply } from '../core/messages.js';
import type { NodeId } from '../core/metadata/cluster-metadata.js';
import type { VoteRequest } from '../core/metadata/voter.js';
import type { VoterAnswer } from '../core/paxos/proposer.js';
import type { PeerLink } from '../env/transport.js';
import type { LivenessService, PeerDirectory } from '../services.js';
import type { LogKeeper } from './log-keeper.js';

export interface VoterCallerOptions {
  readonly self: NodeId;
  readonly keeper: LogKeeper;
  readonly directory: PeerDirectory;
  readonly liveness: LivenessService;
}

/** Asks one voter, this node included, and always comes back with an answer: silence is one. */
export class VoterCaller {
  readonly #options: VoterCallerOptions;

  constructor(options: VoterCallerOptions) {
    this.#options = options;
  }

  async ask(voter: NodeId, request: VoteRequest, timeoutMs: number): Promise<VoterAnswer> {
    const { self, keeper, directory } = this.#options;
    try {
      if (voter === self) return asAnswer(await keeper.vote(request));
      const link = directory.linkTo(voter);
      if (link === undefined) return { kind: 'silent', reason: 'address unknown' };
      const asked = { ...request, history: keeper.history() };
      const reply = await link.meta(asked, timeoutMs);
      const lacks = reply.kind === 'behind' && reply.epoch + 1 < request.epoch;
      if (!lacks || !(await this.#bringUp(link, reply.epoch, request.epoch)))
        return asAnswer(reply);
      return asAnswer(await link.meta(asked, timeoutMs));
    } catch (error) {
      if (!(error instanceof KvError)) throw error;
      return { kind: 'silent', reason: this.#reason(voter, error) };
    }
  }

  /** Sends a voter the entries that it lacks, if they are few enough to be kept; one further behind pulls by itself. */
  async #bringUp(link: PeerLink, applied: number, wanted: number): Promise<boolean> {
    if (wanted - applied > LIMITS.metadataPullEntries) return false;
    for (let epoch = applied + 1; epoch < wanted; epoch++) {
      const entry = this.#options.keeper.entryAt(epoch);
      if (entry === undefined) return false;
      const history = this.#options.keeper.history();
      const reply = await link.meta({ kind: 'learn', entry, history }, LIMITS.metadataLearnMs);
      if (reply.kind !== 'ok') return false;
    }
    return true;
  }

  /** As an operator reads it: `down 14 s`, `no answer`, or the code of a refusal. */
  #reason(voter: NodeId, error: KvError): string {
    const sighting = this.#options.liveness.sightingOf(voter);
    if (sighting?.liveness === 'down') return `down ${formatDuration(sighting.forMs)}`;
    const unheard = error.code === 'KV_UNREACHABLE' || error.code.endsWith('_TIMEOUT');
    return unheard ? 'no answer' : error.code;
  }
}

function asAnswer(reply: MetaReply): VoterAnswer {
  switch (reply.kind) {
    case 'promised':
    case 'accepted':
    case 'rejected':
    case 'behind':
    case 'decided':
      return reply;
    case 'log':
    case 'joined':
    case 'report':
    case 'ok':
      return { kind: 'silent', reason: `an answer out of place: ${reply.kind}` };
  }
}
