import type { KvError } from '../core/errors.js';
import type { Version } from '../core/version/version.js';
import type { Route } from './route.js';
import type { TraceRecorder } from './trace-recorder.js';
import type { WriteClientRequest } from './write-attempt.js';

/** An acknowledged write. */
export interface WriteResult {
  readonly version: Version;
  /** Names of the replicas that had confirmed. */
  readonly acks: readonly string[];
  readonly warnings: readonly string[];
  readonly route: Route;
}

export interface WriteTask {
  readonly request: WriteClientRequest;
  /** Monotonic. */
  readonly deadlineMs: number;
  readonly trace: TraceRecorder | undefined;
  /** Called exactly once. */
  readonly done: (result: WriteResult | KvError) => void;
}
