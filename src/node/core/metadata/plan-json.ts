import { unreachable } from '../../../stdx/unreachable.js';
import type { PlannedChange, TopologyPlan } from '../topology/topology-plan.js';
import type { EndedPlan, MetadataChange } from './cluster-metadata.js';
import type { JsonReader } from './json-reader.js';
import { readNode, readTokens } from './node-json.js';

/** The kinds of entries that stage, begin and step plans. */
export const PLAN_KINDS = [
  'stage-join',
  'stage-leave',
  'stage-replication',
  'discard',
  'begin-plan',
  'step-plan',
  'pause-plan',
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
    case 'stage-leave': {
      const { nodeId, isDead } = reader.object(['kind', 'nodeId', 'isDead']);
      return { kind, nodeId: nodeId.text(), isDead: isDead.flag() };
    }
    case 'stage-replication': {
      const fields = reader.object(['kind', 'namespace', 'replication']);
      return {
        kind,
        namespace: fields.namespace.count(),
        replication: fields.replication.map((copies) => copies.count()),
      };
    }
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
      const { plan, paused } = reader.object(['kind', 'plan', 'paused']);
      return { kind, plan: plan.count(), paused: paused.flag() };
    }
    default:
      return unreachable(kind);
  }
}

/** A change that is staged, or part of a plan. @throws KvError KV_FORMAT_UNKNOWN */
export function readPlannedChange(reader: JsonReader): PlannedChange {
  const kind = reader.field('kind').oneOf(['join', 'leave', 'replication']);
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
    case 'leave': {
      const { nodeId, isDead } = reader.object(['kind', 'nodeId', 'isDead']);
      return { kind, nodeId: nodeId.text(), isDead: isDead.flag() };
    }
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

/** A plan that is under way. @throws KvError KV_FORMAT_UNKNOWN */
export function readPlan(reader: JsonReader): TopologyPlan {
  const fields = reader.object(['id', 'step', 'stepEpoch', 'changes', 'paused']);
  return {
    id: fields.id.count(),
    step: fields.step.oneOf(['prepare', 'write-both', 'read-new']),
    stepEpoch: fields.stepEpoch.count(),
    changes: fields.changes.list(readPlannedChange),
    paused: fields.paused.flag(),
  };
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
