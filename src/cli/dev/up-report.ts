import type { ErrorCode } from '../../node/core/errors.js';
import type { DevState } from './dev-state.js';

/** What the process behind `kv dev up` tells the one that started it. */
export type UpReport =
  | { readonly ok: true; readonly state: DevState }
  | {
      readonly ok: false;
      readonly code: ErrorCode;
      readonly message: string;
      readonly hints: readonly string[];
    };
