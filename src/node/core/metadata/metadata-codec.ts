import { utf8Encode } from '../../../stdx/bytes.js';
import { unreachable } from '../../../stdx/unreachable.js';
import { KvError } from '../errors.js';
import type { AcceptorState } from '../paxos/acceptor.js';
import type { Ballot } from '../paxos/ballot.js';
import { DEFAULT_SETTINGS, type ClusterSettings } from '../settings.js';
import { canonicalJson } from './canonical-json.js';
import type {
  ClusterMetadata,
  Member,
  MetadataChange,
  MetadataEntry,
  Namespace,
  NamespaceDefaults,
  NamespaceSpec,
  NodeDescriptor,
} from './cluster-metadata.js';
import { METADATA_FORMAT } from './cluster-metadata.js';
import { JsonReader } from './json-reader.js';
import { formatOf } from './metadata-format.js';
import { readIds, readNode, readNodeFields, NODE_FIELDS, readTokens } from './node-json.js';
import {
  isPlanKind,
  PLAN_KINDS,
  readEndedPlan,
  readRecovery,
  readPlan,
  readPlannedChange,
  readPlanEntry,
} from './plan-json.js';

/** The bytes of an entry, on disk and on the wire: canonical JSON, so that equal entries have equal bytes. */
export function encodeEntry(entry: MetadataEntry): Uint8Array {
  return utf8Encode(canonicalJson({ format: formatOf(entry.change), entry }));
}

/** The entry in these bytes. @throws KvError KV_FORMAT_UNKNOWN */
export function decodeEntry(bytes: Uint8Array): MetadataEntry {
  return readEntry(body(bytes, 'metadata entry', 'entry'));
}

/** The bytes of a whole state. */
export function encodeSnapshot(state: ClusterMetadata): Uint8Array {
  return utf8Encode(canonicalJson({ format: state.minFormat, snapshot: state }));
}

/** The state in these bytes. @throws KvError KV_FORMAT_UNKNOWN */
export function decodeSnapshot(bytes: Uint8Array): ClusterMetadata {
  return readState(body(bytes, 'metadata snapshot', 'snapshot'));
}

/** The bytes of what a node says of itself, as a join carries it. */
export function encodeDescriptor(member: NodeDescriptor): Uint8Array {
  return utf8Encode(canonicalJson({ format: 1, member }));
}

/** The node in these bytes. @throws KvError KV_FORMAT_UNKNOWN */
export function decodeDescriptor(bytes: Uint8Array): NodeDescriptor {
  return readNode(body(bytes, 'description of a node', 'member'));
}

/** The bytes of what a voter must remember of an undecided epoch. */
export function encodeAcceptor(state: AcceptorState): Uint8Array {
  const format = state.accepted === undefined ? 1 : formatOf(state.accepted.entry.change);
  return utf8Encode(canonicalJson({ format, acceptor: state }));
}

/** What a voter remembered. @throws KvError KV_FORMAT_UNKNOWN */
export function decodeAcceptor(bytes: Uint8Array): AcceptorState {
  const { promised, accepted } = body(bytes, 'acceptor state', 'acceptor').object([
    'promised',
    'accepted',
  ]);
  return {
    promised: promised.optional(readBallot),
    accepted: accepted.optional((reader) => {
      const { ballot, entry } = reader.object(['ballot', 'entry']);
      return { ballot: readBallot(ballot), entry: readEntry(entry) };
    }),
  };
}

/** The member `name` of the outermost object, once its format is known to be one of ours. */
function body(bytes: Uint8Array, what: string, name: string): JsonReader {
  const reader = JsonReader.parse(bytes, what);
  // Read alone first: a newer format may have fields that the strict reader would complain about instead.
  const format = reader.field('format').count();
  if (format < 1 || format > METADATA_FORMAT)
    throw new KvError(
      'KV_FORMAT_UNKNOWN',
      `the ${what} has format ${format}, and this version of kv knows 1 to ${METADATA_FORMAT}`,
    );
  const fields = reader.object(['format', name]);
  const member = fields[name];
  if (member === undefined) throw new KvError('KV_FORMAT_UNKNOWN', `the ${what} is empty`);
  return member;
}

function readBallot(reader: JsonReader): Ballot {
  const { round, nodeId } = reader.object(['round', 'nodeId']);
  return { round: round.count(), nodeId: nodeId.text() };
}

function readEntry(reader: JsonReader): MetadataEntry {
  const { epoch, id, change } = reader.object(['epoch', 'id', 'change']);
  return { epoch: epoch.count(), id: id.text(), change: readChange(change) };
}

const KINDS = [
  'init',
  'join',
  'update',
  'remove',
  'voters',
  'open',
  'create-namespace',
  'alter-namespace',
  'drop-namespace',
  ...PLAN_KINDS,
] as const;

function readChange(reader: JsonReader): MetadataChange {
  const kind = reader.field('kind').oneOf(KINDS);
  if (isPlanKind(kind)) return readPlanEntry(kind, reader);
  switch (kind) {
    case 'init':
      return readInit(reader);
    case 'join': {
      const { member, tokens } = reader.object(['kind', 'member', 'tokens']);
      return { kind, member: readNode(member), tokens: readTokens(tokens) };
    }
    case 'update':
      return { kind, member: readNode(reader.object(['kind', 'member']).member) };
    case 'remove':
      return { kind, nodeId: reader.object(['kind', 'nodeId']).nodeId.text() };
    case 'voters':
      return { kind, voters: readIds(reader.object(['kind', 'voters']).voters) };
    case 'open':
      reader.object(['kind']);
      return { kind };
    case 'create-namespace': {
      const { namespace } = reader.object(['kind', 'namespace']);
      return { kind, namespace: readSpec(namespace.object(SPEC_FIELDS)) };
    }
    case 'alter-namespace': {
      const fields = reader.object(['kind', 'id', 'defaultTtlMs', 'defaultLevel']);
      return { kind, id: fields.id.count(), ...readDefaults(fields) };
    }
    case 'drop-namespace':
      return { kind, id: reader.object(['kind', 'id']).id.count() };
    default:
      return unreachable(kind);
  }
}

function readInit(reader: JsonReader): MetadataChange {
  const fields = reader.object([
    'kind',
    'clusterId',
    'clusterName',
    'settings',
    'member',
    'tokens',
  ]);
  return {
    kind: 'init',
    clusterId: fields.clusterId.text(),
    clusterName: fields.clusterName.text(),
    settings: readSettings(fields.settings),
    member: readNode(fields.member),
    tokens: readTokens(fields.tokens),
  };
}

function readMember(reader: JsonReader): Member {
  const fields = reader.object([...NODE_FIELDS, 'state', 'tokens', 'joinedEpoch']);
  return {
    ...readNodeFields(fields),
    state: fields.state.oneOf(['joining', 'normal', 'leaving', 'removed']),
    tokens: readTokens(fields.tokens),
    joinedEpoch: fields.joinedEpoch.count(),
  };
}

function readSettings(reader: JsonReader): ClusterSettings {
  const fields = reader.object([
    'valueBytesMax',
    'defaultReplicationFactor',
    'clockSkewMaxMs',
    'clockSkewWarnMs',
    'hintWindowMs',
    'hintTargetBytes',
    'hintTotalBytes',
    'graceMs',
  ]);
  return {
    valueBytesMax: fields.valueBytesMax.count(),
    defaultReplicationFactor: fields.defaultReplicationFactor.count(),
    clockSkewMaxMs: fields.clockSkewMaxMs.count(),
    clockSkewWarnMs: fields.clockSkewWarnMs.count(),
    hintWindowMs: fields.hintWindowMs.count(),
    // A log that was begun before these were settings does not have them.
    hintTargetBytes:
      fields.hintTargetBytes.optional((item) => item.count()) ?? DEFAULT_SETTINGS.hintTargetBytes,
    hintTotalBytes:
      fields.hintTotalBytes.optional((item) => item.count()) ?? DEFAULT_SETTINGS.hintTotalBytes,
    graceMs: fields.graceMs.count(),
  };
}

const SPEC_FIELDS = ['name', 'mode', 'replication', 'defaultTtlMs', 'defaultLevel'] as const;

type SpecFields = Readonly<Record<(typeof SPEC_FIELDS)[number], JsonReader>>;

function readNamespace(reader: JsonReader): Namespace {
  const fields = reader.object(['id', ...SPEC_FIELDS]);
  return { id: fields.id.count(), ...readSpec(fields) };
}

function readSpec(fields: SpecFields): NamespaceSpec {
  return {
    name: fields.name.text(),
    mode: fields.mode.oneOf(['lww']),
    replication: fields.replication.optional((item) => item.map((copies) => copies.count())),
    ...readDefaults(fields),
  };
}

function readDefaults(
  fields: Pick<SpecFields, 'defaultTtlMs' | 'defaultLevel'>,
): NamespaceDefaults {
  return {
    defaultTtlMs: fields.defaultTtlMs.optional((item) => item.count()),
    defaultLevel: fields.defaultLevel.text(),
  };
}

function readState(reader: JsonReader): ClusterMetadata {
  const fields = reader.object([
    'epoch',
    'clusterId',
    'clusterName',
    'minFormat',
    'members',
    'voters',
    'opened',
    'settings',
    'namespaces',
    'placementEpoch',
    'staged',
    'plan',
    'ended',
    'streamBytesPerSecond',
    'maintenance',
    'recoveries',
  ]);
  const staged = fields.staged.optional((item) => item.list(readPlannedChange));
  const plan = fields.plan.optional(readPlan);
  const ended = fields.ended.optional((item) => item.list(readEndedPlan));
  const recoveries = fields.recoveries.optional((item) => item.list(readRecovery));
  const maintenance = fields.maintenance.optional(readIds);
  const streamBytesPerSecond = fields.streamBytesPerSecond.optional((item) => item.count());
  return {
    epoch: fields.epoch.count(),
    clusterId: fields.clusterId.text(),
    clusterName: fields.clusterName.text(),
    minFormat: fields.minFormat.count(),
    members: fields.members.list(readMember),
    voters: readIds(fields.voters),
    opened: fields.opened.flag(),
    settings: readSettings(fields.settings),
    namespaces: fields.namespaces.list(readNamespace),
    placementEpoch: fields.placementEpoch.count(),
    ...(staged === undefined ? {} : { staged }),
    ...(plan === undefined ? {} : { plan }),
    ...(ended === undefined ? {} : { ended }),
    ...(recoveries === undefined ? {} : { recoveries }),
    ...(maintenance === undefined ? {} : { maintenance }),
    ...(streamBytesPerSecond === undefined ? {} : { streamBytesPerSecond }),
  };
}
