import { unreachable } from '../../../stdx/unreachable.js';
import type { PlannedChange, TopologyPlan } from '../topology/topology-plan.js';
import type { EndedPlan, LogRecovery, MetadataChange } from './cluster-metadata.js';
import type { JsonReader } from './json-reader.js';
import { readIds, readNode, readTokens } from './node-json.js';

/** The kinds of entries that stage, begin and step plans. */
export const PLAN_KINDS = [
  'stage-join',
  'stage-leave',
  'stage-replication',
  'stage-rebalance',
  'discard',
  'begin-plan',
  'step-plan',
  'pause-plan',
  'limit-streams',
  'maintain',
  'recover',
] as const;

type PlanKind = (typeof PLAN_KINDS)[number];

/** Whether an entry of that kind is one of these. */
export function isPlanKind(kind: string): kind is PlanKind {
  return PLAN_KINDS.some((one) => one === kind);
}

/** An entry of one of these kinds. @throws KvError KV_FORMAT_UNKNOWN */
export function readPlanEntry(kind: PlanKind, reader: JsonReader): MetadataChange {
  switch (kind) {
    case 'stage-join': {
      const fields = reader.object(['kind', 'member', 'tokens', 'replaces']);
      return {
        kind,
        member: readNode(fields.member),
        tokens: readTokens(fields.tokens),
        replaces: fields.replaces.optional((item) => item.text()),
      };
    }
    case 'stage-leave':
      return { kind, ...readLeave(reader) };
    case 'stage-replication': {
      const fields = reader.object(['kind', 'namespace', 'replication']);
      return {
        kind,
        namespace: fields.namespace.count(),
        replication: fields.replication.map((copies) => copies.count()),
      };
    }
    case 'stage-rebalance':
      return { kind, moves: readMoves(reader) };
    case 'discard': {
      const { nodeId } = reader.object(['kind', 'nodeId']);
      return { kind, nodeId: nodeId.optional((item) => item.text()) };
    }
    case 'begin-plan':
      reader.object(['kind']);
      return { kind };
    case 'step-plan': {
      const { plan, to } = reader.object(['kind', 'plan', 'to']);
      const step = to.oneOf(['prepare', 'write-both', 'read-new', 'done', 'cancelled']);
      return { kind, plan: plan.count(), to: step };
    }
    case 'pause-plan': {
      const fields = reader.object(['kind', 'plan', 'paused', 'pausedFor']);
      return {
        kind,
        plan: fields.plan.count(),
        paused: fields.paused.flag(),
        ...pausedForIn(fields.pausedFor),
      };
    }
    case 'recover': {
      const { voters } = reader.object(['kind', 'voters']);
      return { kind, voters: readIds(voters) };
    }
    case 'maintain': {
      const { nodeId, on } = reader.object(['kind', 'nodeId', 'on']);
      return { kind, nodeId: nodeId.text(), on: on.flag() };
    }
    case 'limit-streams': {
      const fields = reader.object(['kind', 'bytesPerSecond']);
      return { kind, bytesPerSecond: fields.bytesPerSecond.optional((item) => item.count()) };
    }
    default:
      return unreachable(kind);
  }
}

/** A change that is staged, or part of a plan. @throws KvError KV_FORMAT_UNKNOWN */
export function readPlannedChange(reader: JsonReader): PlannedChange {
  const kind = reader.field('kind').oneOf(['join', 'leave', 'replication', 'rebalance']);
  switch (kind) {
    case 'join': {
      const fields = reader.object(['kind', 'nodeId', 'tokens', 'replaces']);
      return {
        kind,
        nodeId: fields.nodeId.text(),
        tokens: readTokens(fields.tokens),
        replaces: fields.replaces.optional((item) => item.text()),
      };
    }
    case 'leave':
      return { kind, ...readLeave(reader) };
    case 'rebalance':
      return { kind, moves: readMoves(reader) };
    case 'replication': {
      const fields = reader.object(['kind', 'namespace', 'replication']);
      return {
        kind,
        namespace: fields.namespace.count(),
        replication: fields.replication.map((copies) => copies.count()),
      };
    }
    default:
      return unreachable(kind);
  }
}

type Leave = Omit<Extract<PlannedChange, { kind: 'leave' }>, 'kind'>;

function readLeave(reader: JsonReader): Leave {
  const fields = reader.object(['kind', 'nodeId', 'isDead', 'isForgotten']);
  const isForgotten = fields.isForgotten.optional((item) => item.flag());
  return {
    nodeId: fields.nodeId.text(),
    isDead: fields.isDead.flag(),
    ...(isForgotten === undefined ? {} : { isForgotten }),
  };
}

type Moves = Extract<PlannedChange, { kind: 'rebalance' }>['moves'];

function readMoves(reader: JsonReader): Moves {
  return reader.object(['kind', 'moves']).moves.list((item) => {
    const { token, to } = item.object(['token', 'to']);
    return { token: token.count(), to: to.text() };
  });
}

/** A plan that is under way. @throws KvError KV_FORMAT_UNKNOWN */
export function readPlan(reader: JsonReader): TopologyPlan {
  const fields = reader.object(['id', 'step', 'stepEpoch', 'changes', 'paused', 'pausedFor']);
  return {
    id: fields.id.count(),
    step: fields.step.oneOf(['prepare', 'write-both', 'read-new']),
    stepEpoch: fields.stepEpoch.count(),
    changes: fields.changes.list(readPlannedChange),
    paused: fields.paused.flag(),
    ...pausedForIn(fields.pausedFor),
  };
}

function pausedForIn(reader: JsonReader): Pick<TopologyPlan, 'pausedFor'> {
  const pausedFor = reader.optional((item) => item.text());
  return pausedFor === undefined ? {} : { pausedFor };
}

/** @throws KvError KV_FORMAT_UNKNOWN */
export function readRecovery(reader: JsonReader): LogRecovery {
  const { epoch, id } = reader.object(['epoch', 'id']);
  return { epoch: epoch.count(), id: id.text() };
}

/** A plan that has ended. @throws KvError KV_FORMAT_UNKNOWN */
export function readEndedPlan(reader: JsonReader): EndedPlan {
  const fields = reader.object(['id', 'end', 'epoch', 'changes']);
  return {
    id: fields.id.count(),
    end: fields.end.oneOf(['done', 'cancelled']),
    epoch: fields.epoch.count(),
    changes: fields.changes.list((item) => item.text()),
  };
}
