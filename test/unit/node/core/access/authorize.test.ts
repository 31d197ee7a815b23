import { describe, expect, it } from 'vitest';
import { authorize } from '../../../../../src/node/core/access/authorize.js';
import type { Action } from '../../../../../src/node/core/access/authorize.js';
import { ANONYMOUS_ROLES } from '../../../../../src/node/core/access/caller.js';
import type { Caller, Role } from '../../../../../src/node/core/access/caller.js';

const ACTIONS: readonly (readonly [Action, Role])[] = [
  ['read', 'reader'],
  ['write', 'writer'],
  ['view-cluster', 'viewer'],
  ['change-cluster', 'operator'],
];

const callerWith = (roles: readonly Role[]): Caller => ({ kind: 'client', id: 'x', roles });

describe('authorize', () => {
  it.each(ACTIONS)('allows to %s to a %s, and to nobody without that role', (action, role) => {
    expect(authorize(callerWith([role]), action)).toBeUndefined();
    const others = ANONYMOUS_ROLES.filter((other) => other !== role);
    expect(authorize(callerWith(others), action)).toMatchObject({ code: 'KV_FORBIDDEN' });
  });

  it('allows everything to a caller that nothing is known of, for now', () => {
    for (const [action] of ACTIONS)
      expect(authorize(callerWith(ANONYMOUS_ROLES), action)).toBeUndefined();
  });
});
