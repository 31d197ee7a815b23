import type {
  handleServerStreamingCall,
  handleUnaryCall,
  sendUnaryData,
  ServerUnaryCall,
} from '@grpc/grpc-js';
import { gossipToMessage } from '../../../client/grpc/wire/gossip-message.js';
import { orderFromMessage, topologyToMessage } from '../../../client/grpc/wire/topology-message.js';
import { changeFromMessage } from '../../../client/grpc/wire/namespace-message.js';
import {
  repairAnswerToMessage,
  repairCallFromMessage,
} from '../../../client/grpc/wire/repair-job-message.js';
import { AdminService } from '../../../generated/kv/v1/admin.js';
import type {
  ChangeNamespaceRequest,
  ChangeTopologyRequest,
  EventsRequest,
  DrainRequest,
  HintsRequest,
  NodeRequest,
  RepairRequest,
  OwnersRequest,
  RingRequest,
  StorageJobRequest,
  WatchRequest,
  WatchTick,
} from '../../../generated/kv/v1/admin.js';
import { authorize, type Action } from '../../core/access/authorize.js';
import { KvError } from '../../core/errors.js';
import { LIMITS } from '../../core/limits.js';
import type { HintsAction } from '../../core/views/hint-views.js';
import { remainingOf } from './call-deadline.js';
import type { ClientServiceEnv } from './client-env.js';
import { failure, toKvError } from './failure.js';
import { namespaceChangedToMessage, namespacesToMessage } from './namespace-requests.js';
import { storageJobOf, tombstonesToMessage } from './storage-requests.js';
import { WatchServing } from './watch-serving.js';

/** The watches that a node serves now. */
export interface Watches {
  readonly size: number;
  end(): void;
}

/** Serves kv.v1.Admin on the listener. */
export function addAdminService(env: ClientServiceEnv): Watches {
  const { admin } = env.facade;
  const watches = new Set<WatchServing>();
  env.listener.server.addService(AdminService, {
    describe: unary(env, (_: object, ms) => admin.describe(ms)),
    status: unary(env, (_: object, ms) => admin.status(ms)),
    ring: unary(env, ({ all }: RingRequest, ms) => admin.ring({ all }, ms)),
    owners: unary(env, ({ key, offline, namespace }: OwnersRequest, ms) =>
      admin.owners(key, { offline, namespace: namespace === '' ? undefined : namespace }, ms),
    ),
    gossip: unary(env, async (_: object, ms) => gossipToMessage(await admin.gossip(ms))),
    repair: unary(
      env,
      async (request: RepairRequest, ms) =>
        repairAnswerToMessage(await admin.repair(repairCallFromMessage(request), ms)),
      'change-cluster',
    ),
    node: unary(env, ({ name }: NodeRequest, ms) => admin.node(name, ms)),
    events: unary(env, async ({ limit }: EventsRequest, ms) => ({
      events: await admin.events({ limit: limit === 0 ? LIMITS.events : limit }, ms),
    })),
    hints: unary(
      env,
      async ({ action, target }: HintsRequest, ms) =>
        await admin.hints(hintsActionOf(action), target, ms),
      'change-cluster',
    ),
    storage: unary(env, (_: object, ms) => admin.storage(ms)),
    tombstones: unary(env, async (_: object, ms) =>
      tombstonesToMessage(await admin.tombstones(ms)),
    ),
    storageJob: unary(
      env,
      async (request: StorageJobRequest, ms) => await admin.storageJob(storageJobOf(request), ms),
      'change-cluster',
    ),
    namespaces: unary(env, async (_: object, ms) =>
      namespacesToMessage(await admin.namespaces(ms)),
    ),
    changeNamespace: unary(
      env,
      async (request: ChangeNamespaceRequest, ms) =>
        namespaceChangedToMessage(await admin.changeNamespace(changeFromMessage(request), ms)),
      'change-cluster',
    ),
    topology: unary(env, async (_: object, ms) => topologyToMessage(await admin.topology(ms))),
    changeTopology: unary(
      env,
      async (request: ChangeTopologyRequest, ms) =>
        topologyToMessage(await admin.changeTopology(orderFromMessage(request), ms)),
      'change-cluster',
    ),
    drain: unary(
      env,
      async ({ drained }: DrainRequest, ms) => await admin.drain(drained, ms),
      'change-cluster',
    ),
    watch: watchOf(env, watches),
  });
  return {
    get size() {
      return watches.size;
    },
    end: () => {
      for (const serving of watches) serving.end();
    },
  };
}

function watchOf(
  env: ClientServiceEnv,
  watches: Set<WatchServing>,
): handleServerStreamingCall<WatchRequest, WatchTick> {
  return (call) => {
    const refusal =
      authorize(env.identify(call), 'view-cluster') ??
      (watches.size >= LIMITS.watchStreams
        ? new KvError('KV_OVERLOADED', 'the node serves no more watches')
        : undefined);
    if (refusal !== undefined) {
      call.emit('error', failure(refusal));
      return;
    }
    const serving: WatchServing = new WatchServing(call, env.facade.admin, () =>
      watches.delete(serving),
    );
    watches.add(serving);
    serving.start();
  };
}

const HINTS_ACTIONS = ['pause', 'resume', 'replay', 'purge'] as const;

function hintsActionOf(text: string): HintsAction {
  const action = HINTS_ACTIONS.find((one) => one === text);
  if (action !== undefined) return action;
  const message = `no action on hints is called ${JSON.stringify(text)}: use ${HINTS_ACTIONS.join(', ')}`;
  throw new KvError('KV_USAGE', message);
}

/** Answers when `answer` resolves; a rejection is told with its code. */
function unary<Q, R>(
  env: ClientServiceEnv,
  answer: (request: Q, remainingMs: number) => Promise<R>,
  action: Action = 'view-cluster',
): handleUnaryCall<Q, R> {
  return (call: ServerUnaryCall<Q, R>, callback: sendUnaryData<R>) => {
    const refusal = authorize(env.identify(call), action);
    if (refusal !== undefined) {
      callback(failure(refusal));
      return;
    }
    answer(call.request, remainingOf(call, env.clock.wallMs())).then(
      (response) => {
        callback(null, response);
      },
      (error: unknown) => {
        callback(failure(toKvError(error)));
      },
    );
  };
}
