import { KvError } from '../errors.js';
import { LIMITS } from '../limits.js';
import { RING_SIZE, SLOT_SIZE } from '../ring/token.js';
import type { Member, NodeDescriptor } from './cluster-metadata.js';

const NAME = /^[A-Za-z0-9._-]+$/;
const ID = /^[0-9a-f]{16}$/;

/** Ensures that a name fits everywhere a name is shown. @throws KvError KV_CONFIG_INVALID */
export function checkName(what: string, name: string): void {
  if (isName(name)) return;
  throw new KvError(
    'KV_CONFIG_INVALID',
    `${what} ${JSON.stringify(name)} is not a name: use ${NAME_RULE}`,
  );
}

/** What a name may be. */
export const NAME_RULE = `1 to ${LIMITS.nodeNameLength} of A-Z a-z 0-9 . _ -`;

/** Whether a name fits everywhere a name is shown. */
export function isName(name: string): boolean {
  return name.length <= LIMITS.nodeNameLength && NAME.test(name);
}

/** Whether an id is one of ours: 16 hex digits. */
export function isId(id: string): boolean {
  return ID.test(id);
}

/** Ensures that an id is one of ours: 16 hex digits. @throws KvError KV_CONFIG_INVALID */
export function checkId(what: string, id: string): void {
  if (!isId(id))
    throw new KvError('KV_CONFIG_INVALID', `${what} ${JSON.stringify(id)} is not 16 hex digits`);
}

/** Ensures that a node describes itself in words the cluster can use. @throws KvError KV_CONFIG_INVALID */
export function checkDescriptor(member: NodeDescriptor): void {
  checkId('node id', member.nodeId);
  checkName('node name', member.name);
  checkName('rack', member.rack);
  checkName('data centre', member.dc);
  if (member.host === '')
    throw new KvError('KV_CONFIG_INVALID', `the host of ${member.name} is empty`);
  const { host, clientPort, peerPort, httpPort } = member.addresses;
  if (host === '' || ![clientPort, peerPort, httpPort].every(isPort))
    throw new KvError(
      'KV_CONFIG_INVALID',
      `the addresses of ${member.name} are not a host and ports`,
    );
}

/** Ensures sorted, distinct tokens on slot borders, none of which another member owns. @throws KvError KV_CONFIG_INVALID */
export function checkTokens(tokens: readonly number[], members: readonly Member[]): void {
  const bad = (why: string): KvError => new KvError('KV_CONFIG_INVALID', `the tokens ${why}`);
  if (tokens.length < LIMITS.vnodesMin || tokens.length > LIMITS.vnodesMax)
    throw bad(`are ${tokens.length}, not ${LIMITS.vnodesMin} to ${LIMITS.vnodesMax}`);
  let before = -1;
  for (const token of tokens) {
    if (!Number.isInteger(token) || token < 0 || token >= RING_SIZE || token % SLOT_SIZE !== 0)
      throw bad(`have ${token}, which is no border of a slot`);
    if (token <= before) throw bad('are not sorted, or repeat');
    before = token;
  }
  const taken = new Set(members.flatMap((member) => member.tokens));
  if (tokens.some((token) => taken.has(token))) throw bad('belong to another member already');
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port > 0 && port < 65_536;
}
