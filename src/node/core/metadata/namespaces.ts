import { nearest } from '../../../stdx/nearest.js';
import { KvError } from '../errors.js';
import { LIMITS } from '../limits.js';
import { parseLevel } from '../quorum/consistency-level.js';
import type {
  ClusterMetadata,
  Namespace,
  NamespaceDefaults,
  NamespaceSpec,
} from './cluster-metadata.js';
import { isName, NAME_RULE } from './member-rules.js';
import { ringMembers } from './replication.js';

/** The namespace that always exists, and of those that name none. */
export const DEFAULT_NAMESPACE: Namespace = {
  id: 1,
  name: 'default',
  mode: 'lww',
  replication: undefined,
  defaultTtlMs: undefined,
  defaultLevel: 'quorum',
};

/** The namespace of that name. @throws KvError KV_NAMESPACE_UNKNOWN */
export function namespaceNamed<N extends Pick<Namespace, 'name'>>(
  namespaces: readonly N[],
  name: string,
): N {
  const found = namespaces.find((one) => one.name === name);
  if (found !== undefined) return found;
  throw unknownNamespace(
    namespaces.map((one) => one.name),
    name,
  );
}

/** The answer for a namespace that is not there. */
export function unknownNamespace(names: readonly string[], name: string): KvError {
  const near = nearest(name, names);
  const advice = near === undefined ? `there is ${firstOf(names)}` : `did you mean ${near}?`;
  return new KvError('KV_NAMESPACE_UNKNOWN', `no namespace is called ${name}: ${advice}`);
}

/** Names that are told at once. */
const NAMES_TOLD = 5;

function firstOf(names: readonly string[]): string {
  const more = names.length - NAMES_TOLD;
  const first = names.slice(0, NAMES_TOLD).join(', ');
  return more > 0 ? `${first} and ${more} more (kv namespace list)` : first;
}

/** The state with one more namespace. @throws KvError KV_NAMESPACE_EXISTS, KV_USAGE, KV_LEVEL_UNKNOWN, KV_LEVEL_NOT_HERE */
export function createNamespace(state: ClusterMetadata, spec: NamespaceSpec): ClusterMetadata {
  if (!isName(spec.name) || !/^[A-Za-z0-9_]/.test(spec.name) || spec.name === '__proto__')
    throw new KvError(
      'KV_USAGE',
      `namespace ${JSON.stringify(spec.name)} is not a name: use ${NAME_RULE}, beginning with a letter or a digit`,
    );
  if (state.namespaces.some(({ name }) => name === spec.name))
    throw new KvError('KV_NAMESPACE_EXISTS', `a namespace is called ${spec.name} already`);
  if (state.namespaces.length >= LIMITS.namespaces)
    throw new KvError('KV_USAGE', `there are ${LIMITS.namespaces} namespaces already`);
  checkDefaults(spec);
  checkReplication(state, spec);
  checkLevel(state, spec);
  const namespace: Namespace = { ...spec, id: state.epoch + 1 };
  return { ...state, namespaces: [...state.namespaces, namespace] };
}

/** The state in which a namespace has other defaults; records that are there keep what they were written with. @throws KvError as `createNamespace` */
export function alterNamespace(
  state: ClusterMetadata,
  { id, defaultTtlMs, defaultLevel }: NamespaceDefaults & Pick<Namespace, 'id'>,
): ClusterMetadata {
  checkDefaults({ defaultTtlMs, defaultLevel });
  const before = namespaceWithId(state, id);
  const after: Namespace = { ...before, defaultTtlMs, defaultLevel };
  checkLevel(state, after);
  return { ...state, namespaces: state.namespaces.map((one) => (one === before ? after : one)) };
}

/** The state without a namespace; its id is never used again. @throws KvError KV_NAMESPACE_UNKNOWN, KV_USAGE for the default one */
export function dropNamespace(state: ClusterMetadata, id: number): ClusterMetadata {
  const gone = namespaceWithId(state, id);
  if (gone.name === DEFAULT_NAMESPACE.name)
    throw new KvError('KV_USAGE', 'the namespace default is always there');
  return { ...state, namespaces: state.namespaces.filter((one) => one !== gone) };
}

function namespaceWithId({ namespaces }: ClusterMetadata, id: number): Namespace {
  const found = namespaces.find((one) => one.id === id);
  if (found !== undefined) return found;
  throw new KvError('KV_NAMESPACE_UNKNOWN', `the namespace with the id ${id} was dropped`);
}

function checkDefaults({ defaultTtlMs, defaultLevel }: NamespaceDefaults): void {
  const level = parseLevel(defaultLevel);
  if (level instanceof KvError) throw level;
  if (level === 'any')
    throw new KvError('KV_LEVEL_NOT_HERE', 'any is for writes only, and no default of a namespace');
  if (defaultTtlMs === undefined) return;
  const isLife = Number.isSafeInteger(defaultTtlMs) && defaultTtlMs > 0;
  if (!isLife || defaultTtlMs > LIMITS.defaultTtlMaxMs)
    throw new KvError('KV_USAGE', `a default time to live of ${defaultTtlMs} ms is not possible`);
}

/** A default level that asks for more copies than are asked for could never be served. */
function checkLevel(
  state: ClusterMetadata,
  { name, replication, defaultLevel }: NamespaceSpec,
): void {
  const dcs = new Set(ringMembers(state).map(({ dc }) => dc)).size;
  const copies =
    replication === undefined
      ? dcs * state.settings.defaultReplicationFactor
      : Object.values(replication).reduce((sum, count) => sum + count, 0);
  const needed = defaultLevel === 'three' ? 3 : defaultLevel === 'two' ? 2 : 1;
  if (copies < needed)
    throw new KvError(
      'KV_USAGE',
      `${name} has ${copies === 1 ? '1 copy' : `${copies} copies`}: its default level cannot be ${defaultLevel}`,
    );
}

/** @throws KvError KV_USAGE for copies that nobody could hold */
export function checkReplication(
  state: Pick<ClusterMetadata, 'members'>,
  { name, replication }: Pick<NamespaceSpec, 'name' | 'replication'>,
): void {
  if (replication === undefined) return;
  const dcs = [...new Set(ringMembers(state).map(({ dc }) => dc))].sort();
  const bad = (why: string): KvError =>
    new KvError('KV_USAGE', `the replication of ${name} ${why}`);
  const entries = Object.entries(replication);
  if (entries.length === 0) throw bad('names no data centre');
  for (const [dc, copies] of entries) {
    if (!dcs.includes(dc)) throw bad(`names the data centre ${dc}: there is ${dcs.join(', ')}`);
    if (!Number.isInteger(copies) || copies < 1 || copies > LIMITS.replicationMax)
      throw bad(`asks for ${copies} copies in ${dc}: use 1 to ${LIMITS.replicationMax}`);
  }
}
