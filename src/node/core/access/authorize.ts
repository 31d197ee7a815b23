import { KvError } from '../errors.js';
import type { Caller, Role } from './caller.js';

/** What is asked for, as far as permission depends on it. */
export type Action = 'read' | 'write' | 'view-cluster' | 'change-cluster';

const NEEDED: Readonly<Record<Action, Role>> = {
  read: 'reader',
  write: 'writer',
  'view-cluster': 'viewer',
  'change-cluster': 'operator',
};

/** Decides whether the caller may do this: undefined allows, an error is the answer. The only place that decides it. */
export function authorize(caller: Caller, action: Action): KvError | undefined {
  const role = NEEDED[action];
  if (caller.roles.includes(role)) return undefined;
  return new KvError('KV_FORBIDDEN', `${caller.id} may not ${action}: it is no ${role}`);
}
