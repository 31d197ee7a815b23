/** What a caller may do, in kinds. */
export type Role = 'reader' | 'writer' | 'viewer' | 'operator';

/** Who asks a node for something: every handler of the client port receives one. */
export interface Caller {
  readonly kind: 'client';
  /** The remote address, until callers have names. */
  readonly id: string;
  readonly roles: readonly Role[];
}

/** The roles of a caller that nothing is known of: all, as long as nodes do not ask who somebody is. */
export const ANONYMOUS_ROLES: readonly Role[] = ['reader', 'writer', 'viewer', 'operator'];
