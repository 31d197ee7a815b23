import { assert } from '../../stdx/assert.js';
import { Backoff } from '../../stdx/backoff.js';
import { toHex } from '../../stdx/bytes.js';
import { unreachable } from '../../stdx/unreachable.js';
import { KvError } from '../core/errors.js';
import { LIMITS } from '../core/limits.js';
import type { MetadataEntry, NodeId } from '../core/metadata/cluster-metadata.js';
import { applyEntry } from '../core/metadata/transformations.js';
import { explainVoters, proposeRecovery } from '../core/paxos/proposer.js';
import type { Clock } from '../env/clock.js';
import type { Random } from '../env/random.js';
import type { ClusterView, PeerDirectory } from '../services.js';
import { runBallot, type RoundEnd } from './ballot-round.js';
import type { EntryHerald } from './entry-herald.js';
import type { LogKeeper } from './log-keeper.js';
import type { LogPuller } from './log-puller.js';
import { outrun } from './no-majority.js';
import type { VoterCaller } from './voter-caller.js';

export interface LogRecoveryParts {
  readonly self: NodeId;
  readonly clock: Clock;
  readonly random: Random;
  readonly keeper: LogKeeper;
  readonly puller: LogPuller;
  readonly caller: VoterCaller;
  readonly herald: EntryHerald;
  readonly directory: PeerDirectory;
}

/** Who decides, and who votes from then on. */
export interface RecoveryOrder {
  /** All members that are alive, this node among them. */
  readonly electorate: readonly NodeId[];
  readonly voters: readonly NodeId[];
}

const BACKOFF_MS = { baseMs: 50, maxMs: 500 };

/**
 * Gives the log other voters when a majority of them is lost for good: **every** member that is alive has to agree, whether it votes or not, so that two
 * who try it at once cannot both succeed among the same nodes. What a voter among them had accepted, and may have been decided, is completed first.
 * What lost voters decided and nobody else has heard of is given up; if they come back with it, they are refused (`isForked`).
 */
export async function recoverLog(
  parts: LogRecoveryParts,
  order: RecoveryOrder,
  remainingMs: number,
): Promise<ClusterView> {
  const { clock, random, keeper, herald, puller } = parts;
  const deadlineMs = clock.monotonicMs() + remainingMs;
  const leftMs = (): number => deadlineMs - clock.monotonicMs();
  const backoff = new Backoff({ ...BACKOFF_MS, random: () => random.nextFloat() });
  const ids = new Set<string>();
  let round = 0;
  for (;;) {
    const view = keeper.view();
    if (view === undefined)
      throw new KvError('KV_NOT_READY', 'this node does not belong to a cluster yet');
    if (keeper.hasApplied(ids)) return view;
    const epoch = view.metadata.epoch + 1;
    const entry: MetadataEntry = {
      ...{ epoch, id: toHex(random.bytes(8)) },
      change: { kind: 'recover', voters: order.voters },
    };
    applyEntry(view.metadata, entry);
    ids.add(entry.id);
    round = Math.max(round, keeper.promisedRound()) + 1;
    const end = await ballot(parts, { entry, round, order }, leftMs());
    const { phase } = end.proposal;
    assert(phase.kind !== 'preparing' && phase.kind !== 'accepting', 'a ballot runs to its end');
    switch (phase.kind) {
      case 'decided': {
        await keeper.learn([phase.entry]);
        const state = keeper.state();
        if (state !== undefined) void herald.tell(phase.entry, state);
        continue;
      }
      case 'overtaken':
        if (leftMs() <= 0) throw outrun(end.sentAccepts);
        puller.observe(phase.epoch, phase.by);
        await keeper.reached(phase.epoch, leftMs());
        continue;
      case 'outbid':
        round = Math.max(round, phase.ballot.round);
        break;
      case 'no-majority':
        break;
      default:
        return unreachable(phase);
    }
    const delayMs = Math.min(backoff.nextMs(), leftMs());
    if (delayMs <= 0) throw notAll(end, parts.directory);
    await new Promise<void>((resolve) => {
      clock.after(delayMs, resolve);
    });
  }
}

async function ballot(
  { self, caller }: LogRecoveryParts,
  {
    entry,
    round,
    order,
  }: { readonly entry: MetadataEntry; readonly round: number; readonly order: RecoveryOrder },
  leftMs: number,
): Promise<RoundEnd> {
  const timeoutMs = Math.max(1, Math.min(LIMITS.requestMs, leftMs));
  const proposal = proposeRecovery(order.electorate, { round, nodeId: self }, entry);
  return await runBallot(proposal, (voter, request) => caller.ask(voter, request, timeoutMs));
}

function notAll({ proposal, sentAccepts }: RoundEnd, directory: PeerDirectory): KvError {
  const silent = explainVoters(proposal).filter(({ answers }) => !answers);
  const list = silent.map(({ nodeId, state }) => `${directory.nameOf(nodeId)} ${state}`);
  return new KvError(
    'KV_NO_VOTER_MAJORITY',
    `all nodes that are up have to agree to new voters: ${list.join(', ') || 'others were faster'}`,
    { outcome: sentAccepts ? 'unknown' : 'not_applied', hints: ['kv status', 'kv gossip'] },
  );
}
