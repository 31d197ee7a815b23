import fc from 'fast-check';
import { ERRORS, KvError } from '../../src/node/core/errors.js';
import type { ErrorCode } from '../../src/node/core/errors.js';
import type { DataReply, DataRequest } from '../../src/node/core/messages.js';
import type { ClientRequest, ClientResult } from '../../src/node/core/operations.js';
import type { Stamp, Version } from '../../src/node/core/version/version.js';
import type { TraceView } from '../../src/node/core/views/trace-views.js';

const u32 = fc.nat(0xffff_ffff);
const u53 = fc.maxSafeNat();
const bytes = fc.uint8Array({ maxLength: 200 });
/** A record is never empty. */
const records = fc.uint8Array({ minLength: 1, maxLength: 200 });
const text = fc.string({ unit: 'grapheme', maxLength: 40 });
const ms48 = fc.nat({ max: 0xffff_ffff_ffff });
const finite = fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => (n === 0 ? 0 : n));

/** Readings of the hybrid clock, over the whole of its range. */
const stamps: fc.Arbitrary<Stamp> = fc.record({ ms: ms48, logical: fc.nat(0xffff) });

/** Versions over the whole of their range. */
const versions: fc.Arbitrary<Version> = fc.record({
  ms: ms48,
  logical: fc.nat(0xffff),
  writerHi: u32,
  writerLo: u32,
});

const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined });

/** Ids and remaining times as they travel. */
export const numbers = { id: u53, remainingMs: u32 };

/** Requests to replicas. */
export const dataRequests: fc.Arbitrary<DataRequest> = fc.oneof(
  fc.record({
    kind: fc.constant('write' as const),
    epoch: u53,
    namespace: u53,
    key: bytes,
    record: records,
    repair: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant('read' as const),
    epoch: u53,
    namespace: u53,
    key: bytes,
    mode: fc.constantFrom('value' as const, 'digest' as const),
    stamp: stamps,
  }),
  fc.record({
    kind: fc.constant('discard' as const),
    epoch: u53,
    namespace: u53,
    key: bytes,
  }),
);

const digests = fc.record({
  version: versions,
  checksum: u32,
  tombstone: fc.boolean(),
  expiresAtMs: maybe(u53),
  sizeBytes: u53,
});

/** Codes of the table. */
const codes = fc.constantFrom(...(Object.keys(ERRORS) as ErrorCode[]));

/** Answers of replicas. */
export const dataReplies: fc.Arbitrary<DataReply> = fc.oneof(
  fc.record({ kind: fc.constant('written' as const), stamp: stamps }),
  fc.record({ kind: fc.constant('superseded' as const), version: versions, stamp: stamps }),
  fc.record({ kind: fc.constant('value' as const), record: maybe(bytes), stamp: stamps }),
  fc.record({ kind: fc.constant('digest' as const), digest: maybe(digests), stamp: stamps }),
  fc.constant({ kind: 'corrupt' as const }),
  fc.record({ kind: fc.constant('fenced' as const), epoch: u53 }),
  fc.record({
    kind: fc.constant('failed' as const),
    code: fc.oneof(codes, fc.constant('timeout' as const)),
    message: text,
  }),
);

const addressed = { namespace: text, key: bytes, level: text, trace: fc.boolean() };
const written = { ...addressed, version: maybe(versions) };

/** Operations of clients. */
export const clientRequests: fc.Arbitrary<ClientRequest> = fc.oneof(
  fc.record({ kind: fc.constantFrom('get' as const, 'exists' as const), ...addressed }),
  fc.record({ kind: fc.constant('put' as const), value: bytes, ttlMs: maybe(u53), ...written }),
  fc.record({ kind: fc.constant('delete' as const), ...written }),
);

const traces: fc.Arbitrary<TraceView> = fc.record({
  operation: text,
  coordinator: text,
  coordinatorIsReplica: fc.boolean(),
  level: text,
  needed: fc.nat(7),
  replicas: fc.nat(7),
  tookMs: finite,
  outcome: fc.constantFrom(
    'ok' as const,
    'applied' as const,
    'not_applied' as const,
    'unknown' as const,
  ),
  readRepair: text,
  steps: fc.array(
    fc.record({ node: text, what: text, startMs: finite, tookMs: maybe(finite), note: text }),
    { maxLength: 3 },
  ),
});

const told = { coordinator: text, tookMs: finite, trace: maybe(traces) };

/** Errors with all that they may carry. */
const errors: fc.Arbitrary<KvError> = fc
  .record({
    code: codes,
    message: text,
    outcome: fc.constantFrom('applied' as const, 'not_applied' as const, 'unknown' as const),
    replicas: fc.array(fc.record({ node: text, state: text, detail: maybe(text) }), {
      maxLength: 3,
    }),
    hints: fc.array(text, { maxLength: 3 }),
    supersededBy: maybe(versions),
  })
  .map(({ code, message, ...options }) => new KvError(code, message, options));

/** Answers to clients. */
export const clientResults: fc.Arbitrary<ClientResult | KvError> = fc.oneof(
  errors,
  fc.record({
    kind: fc.constant('read' as const),
    found: fc.boolean(),
    value: maybe(bytes),
    version: maybe(versions),
    expiresAtMs: maybe(u53),
    ...told,
  }),
  fc.record({
    kind: fc.constant('written' as const),
    version: versions,
    acks: fc.array(text, { maxLength: 4 }),
    warnings: fc.array(text, { maxLength: 2 }),
    ...told,
  }),
);
