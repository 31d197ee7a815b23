import { describe, expect, it } from 'vitest';
import { plainPaint } from '../../../src/cli/colour.js';
import { errorText } from '../../../src/cli/error-text.js';
import { operationError, type Operation } from '../../../src/cli/operation-error.js';
import { KvError } from '../../../src/node/core/errors.js';
import { unavailable } from '../../../src/node/core/quorum/explain.js';
import { explainFailedRead } from '../../../src/node/core/quorum/read-failure.js';
import type { ReplicaOutcome } from '../../../src/node/core/quorum/replica-outcome.js';
import { explainFailedWrite } from '../../../src/node/core/quorum/write-failure.js';
import { utf8Encode } from '../../../src/stdx/bytes.js';

const put: Operation = { kind: 'put', key: utf8Encode('cart:9'), level: 'all' };
const all = { dc: undefined, needed: 3, members: [0, 1, 2] };
const requirement = { level: 'all' as const, groups: [all] };
const stamp = { ms: 1, logical: 0 };
const ok = (name: string): ReplicaOutcome => ({
  kind: 'replied',
  name,
  reply: { kind: 'written', stamp },
  tookMs: 1.2,
});
const silent: ReplicaOutcome = { kind: 'pending', name: 'n4', waitedMs: 2000 };

const text = (error: KvError, writes = true, debug = false): string =>
  errorText(error, { width: 80, paint: plainPaint, writes, debug });

describe('an error', () => {
  it('of a write that was refused says who is alive and what to try', () => {
    const error = unavailable('write', all, [
      { name: 'n2', state: 'up', forMs: undefined },
      { name: 'n3', state: 'up', forMs: undefined },
      { name: 'n4', state: 'down', forMs: 192_000 },
    ]);

    expect(text(operationError(error, put))).toBe(
      `Error: cart:9 was not written: write needs 3 of 3 replicas, 2 are alive
  n2 up   n3 up   n4 down 3m12s
  outcome  not applied; a retry is safe
  code     KV_UNAVAILABLE   (kv explain KV_UNAVAILABLE)
  try      kv put cart:9 - -c quorum | kv status
`,
    );
  });

  it('of a write that may have applied says so', () => {
    const error = explainFailedWrite({
      requirement,
      outcomes: [ok('n2'), ok('n3'), silent],
      timedOut: true,
      earlierMayApply: false,
      supersededBy: undefined,
      reason: undefined,
    });

    expect(text(operationError(error, put))).toBe(
      `Error: cart:9 may not be written: all needs 3 of 3 replicas, 2 confirmed
  n2 ok 1.2ms   n3 ok 1.2ms   n4 no answer in 2.0s
  outcome  unknown to your level: it may be read; a retry is safe
  code     KV_WRITE_TIMEOUT   (kv explain KV_WRITE_TIMEOUT)
  try      kv put cart:9 - -c quorum | kv status
`,
    );
  });

  it('of a read has no outcome', () => {
    const error = explainFailedRead({
      requirement,
      outcomes: [silent, ok('n2'), ok('n3')],
      timedOut: true,
    });
    const get: Operation = { ...put, kind: 'get', level: undefined };

    expect(text(operationError(error, get), false)).not.toContain('outcome');
    expect(text(operationError(error, get), false)).toMatch(
      /^Error: cart:9 was not read: all needs/,
    );
  });

  it('of the command line is one line, its code, and what to do', () => {
    const error = new KvError('KV_KEY_INVALID', 'the key is empty: use 1 to 2048 bytes');

    expect(text(operationError(error, put))).toBe(
      `Error: the key is empty: use 1 to 2048 bytes
  code     KV_KEY_INVALID   (kv explain KV_KEY_INVALID)
  next     Use a key of 1 to 2048 bytes.
`,
    );
  });

  it('has a stack trace only when it is asked for', () => {
    const error = new KvError('KV_INTERNAL', 'no', { cause: new TypeError('the reason') });

    expect(text(error)).not.toMatch(/^ +at /m);
    expect(text(error, false, true)).toMatch(/^ +at /m);
    expect(text(error, false, true)).toContain('TypeError: the reason');
  });

  it('keeps its replicas within the width', () => {
    const replicas = Array.from({ length: 9 }, (_, i) => ({
      node: `node-number-${i}`,
      state: 'down',
      detail: '3m12s',
    }));
    const lines = text(new KvError('KV_UNAVAILABLE', 'no', { replicas })).split('\n');

    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(80);
    expect(lines.join(' ').match(/node-number/g)).toHaveLength(9);
  });

  it('cannot move the cursor of the one who reads it', () => {
    const evil = 'a\u001B[2Jb';
    const replicas = [{ node: evil, state: evil, detail: evil }];

    expect(text(new KvError('KV_UNAVAILABLE', evil, { replicas, hints: [evil] }))).not.toContain(
      '\u001B',
    );
  });
});
