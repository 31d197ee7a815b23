import { KvError } from '../core/errors.js';
import type { Namespace } from '../core/metadata/cluster-metadata.js';
import { findUnavailable, unavailable } from '../core/quorum/explain.js';
import type { OperationContext } from './operation-context.js';
import type { PlanBook, PlannedRequest, PlanQuery } from './plan-book.js';

/** What an operation wants routed. */
export interface RouteQuery extends PlanQuery {
  /** By name, as the client said it. */
  readonly namespace: string;
}

/** Where an operation goes under the newest epoch, with enough replicas alive for its level. */
export interface Route extends PlannedRequest {
  readonly book: PlanBook;
  readonly namespace: Namespace;
  /** By position in the plan. */
  readonly alive: readonly boolean[];
}

/** The route of an operation, or the error to answer with before anything is sent. */
export function findRoute(context: OperationContext, query: RouteQuery): Route | KvError {
  const book = context.plans();
  if (book === undefined)
    return new KvError('KV_NOT_READY', 'the node has not entered its cluster yet');
  const namespace = book.namespace(query.namespace);
  if (namespace instanceof KvError) return namespace;
  const planned = book.request(namespace, query);
  if (planned instanceof KvError) return planned;
  const { plan, requirement, spread, preferred } = planned;
  const alive = context.router.aliveOf(plan);
  if (requirement.level === 'any' && query.operation === 'read') return anyRead();
  // What no replica can take now is kept as a hint.
  const short = requirement.level === 'any' ? undefined : findUnavailable(requirement, alive);
  if (short !== undefined)
    return unavailable(query.operation, short, context.router.sightingsOf(plan));
  return { book, namespace, plan, requirement, spread, preferred, alive };
}

function anyRead(): KvError {
  return new KvError(
    'KV_LEVEL_NOT_HERE',
    'level any is for writes: a hint acknowledges one, and answers no read; use one',
  );
}

/** The epoch to plan again under before an answer counts, when the placement has changed since the plan was made. */
export function newerPlacement(context: OperationContext, route: Route): number | undefined {
  const current = context.metadata.current()?.metadata;
  const moved = current !== undefined && current.placementEpoch > route.plan.epoch;
  return moved ? current.epoch : undefined;
}
