import { formatSize } from '../../stdx/size.js';
import { formatDuration } from '../../stdx/duration.js';
import { REQUEST_OVERHEAD_BYTES } from '../admission/byte-budget.js';
import { KvError } from '../core/errors.js';
import { LIMITS } from '../core/limits.js';
import type { ClientRequest } from '../core/operations.js';
import type { ClusterSettings } from '../core/settings.js';
import { ttlRefusal } from '../core/version/time-to-live.js';
import type { Clock } from '../env/clock.js';
import type { LivenessService, MetadataService, Readiness } from '../services.js';

export interface AdmissionParts {
  readonly clock: Clock;
  readonly metadata: MetadataService;
  readonly liveness: LivenessService;
  readonly readiness: Readiness;
}

/** Decides which client requests are taken on at all, before anything is planned or sent. */
export class Admission {
  readonly #parts: AdmissionParts;

  constructor(parts: AdmissionParts) {
    this.#parts = parts;
  }

  /** Why the request is refused; undefined when it may run. */
  refusalOf(request: ClientRequest, remainingMs: number): KvError | undefined {
    const refusal = this.#parts.readiness.refusesClients();
    if (refusal !== undefined) return refusal;
    const settings = this.#parts.metadata.current()?.metadata.settings;
    if (settings === undefined)
      return new KvError('KV_NOT_READY', 'the node has not entered its cluster yet');
    return (
      this.#ownClockRefusal(settings) ??
      expiredRefusal(request, remainingMs) ??
      keyRefusal(request.key) ??
      this.#writeRefusal(request, settings)
    );
  }

  /** A node whose clock is far off would stamp writes, and judge expiry, wrongly for everybody. */
  #ownClockRefusal({ clockSkewMaxMs }: ClusterSettings): KvError | undefined {
    const offsetMs = this.#parts.liveness.clockOffsetMs();
    if (offsetMs === undefined || Math.abs(offsetMs) <= clockSkewMaxMs) return undefined;
    const side = offsetMs > 0 ? 'ahead of' : 'behind';
    return new KvError(
      'KV_CLOCK_SKEW',
      `the clock of this node is ${formatDuration(Math.abs(offsetMs))} ${side} its peers, the bound is ${formatDuration(clockSkewMaxMs)}; it does not coordinate until the clock is set`,
    );
  }

  #writeRefusal(request: ClientRequest, settings: ClusterSettings): KvError | undefined {
    if (request.kind !== 'put' && request.kind !== 'delete') return undefined;
    const skew = this.#versionRefusal(request.version?.ms, settings);
    if (skew !== undefined || request.kind === 'delete') return skew;
    return valueRefusal(request.value, settings) ?? this.#ttlRefusal(request.ttlMs, settings);
  }

  #versionRefusal(
    stampMs: number | undefined,
    { clockSkewMaxMs }: ClusterSettings,
  ): KvError | undefined {
    if (stampMs === undefined) return undefined;
    const aheadMs = stampMs - this.#parts.clock.wallMs();
    if (aheadMs <= clockSkewMaxMs) return undefined;
    return new KvError(
      'KV_CLOCK_SKEW',
      `the version of the write is ${formatDuration(aheadMs)} ahead of the clock of this node, the bound is ${formatDuration(clockSkewMaxMs)}; set the clock of the client`,
    );
  }

  #ttlRefusal(ttlMs: number | undefined, { clockSkewMaxMs }: ClusterSettings): KvError | undefined {
    if (ttlMs === undefined) return undefined;
    return ttlRefusal(ttlMs, this.#parts.clock.wallMs() + clockSkewMaxMs);
  }
}

/** What a request costs of the budget of a node while it runs. */
export function sizeOfRequest(request: ClientRequest): number {
  const valueBytes = request.kind === 'put' ? request.value.length : 0;
  return REQUEST_OVERHEAD_BYTES + request.key.length + valueBytes;
}

function expiredRefusal({ kind }: ClientRequest, remainingMs: number): KvError | undefined {
  if (remainingMs > 0) return undefined;
  const code = kind === 'put' || kind === 'delete' ? 'KV_WRITE_TIMEOUT' : 'KV_READ_TIMEOUT';
  return new KvError(code, 'the request expired before it was begun; nothing was sent');
}

function keyRefusal(key: Uint8Array): KvError | undefined {
  if (key.length > 0 && key.length <= LIMITS.keyBytes) return undefined;
  const found = key.length === 0 ? 'it is empty' : `this one has ${key.length}`;
  return new KvError('KV_KEY_INVALID', `a key has 1 to ${LIMITS.keyBytes} bytes, ${found}`);
}

function valueRefusal(
  { length }: Uint8Array,
  { valueBytesMax }: ClusterSettings,
): KvError | undefined {
  const bound = Math.min(valueBytesMax, LIMITS.valueBytesHard);
  if (length <= bound) return undefined;
  return new KvError(
    'KV_VALUE_TOO_LARGE',
    `a value has at most ${formatSize(bound)} (${bound} bytes), this one has ${length} bytes`,
  );
}
