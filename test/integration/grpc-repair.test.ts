import { afterEach, describe, expect, it } from 'vitest';
import type { RepairAnswer, RepairCall } from '../../src/node/core/views/repair-views.js';
import { openClientPort, type ClientPort } from './grpc-fixtures.js';

const REPAIRS: RepairAnswer = {
  node: 'n1',
  plan: {
    ranges: 384,
    slots: 1_048_576,
    partial: 12,
    blocked: 1,
    owners: [
      { node: 'n1', ranges: 384, alive: true },
      { node: 'n2', ranges: 12, alive: false },
    ],
    bytesPerSecond: 8 * 1024 * 1024,
  },
  jobs: [
    {
      id: 'r-7c1e',
      node: 'n1',
      scope: 'node n2',
      state: 'running',
      startedAtMs: 1_767_225_600_000,
      tookMs: 1500.5,
      restarts: 3,
      resumedAtMs: 1_767_225_700_000,
      ranges: 384,
      done: 24,
      repaired: 2,
      partial: 12,
      failed: 1,
      differing: 3,
      sent: 1000,
      sentBytes: 2 ** 40,
      dropped: 1,
      step: 'hash',
      at: '0x6b210000 n1 n2',
      idleMs: 12.5,
      bytesPerSecond: 512 * 1024,
      slowedBy: 'n2 refuses: it has too much to do',
      problem: 'n2 does not answer',
      away: ['n2'],
    },
  ],
};

const CALLS: readonly RepairCall[] = [
  { action: 'plan', scope: {} },
  {
    action: 'start',
    scope: {
      node: 'n2',
      range: { start: 0xffff_f000, end: 0 },
      key: Uint8Array.of(0, 255),
      namespace: 'default',
    },
  },
  { action: 'jobs', job: undefined },
  { action: 'jobs', job: 'r-7c1e' },
  { action: 'cancel', job: 'r-7c1e' },
];

describe('repairs over gRPC', () => {
  let port: ClientPort | undefined;

  afterEach(() => port?.close());

  it('are asked for, and told of, whole', async () => {
    const asked: RepairCall[] = [];
    port = await openClientPort({
      admin: {
        repair: async (call) => {
          asked.push(call);
          return REPAIRS;
        },
      },
    });
    for (const call of CALLS) expect(await port.connection.repair(call, 5_000)).toEqual(REPAIRS);
    expect(asked.map(plain)).toEqual(CALLS.map(plain));
  });

  it('are refused when nobody knows what they mean', async () => {
    port = await openClientPort({ admin: { repair: async () => REPAIRS } });
    // As a newer client would ask.
    const unknown = { action: 'schedule', job: undefined } as unknown as RepairCall;
    await expect(port.connection.repair(unknown, 5_000)).rejects.toMatchObject({
      code: 'KV_USAGE',
    });
  });
});

/** Without what is undefined, and with bytes as numbers. */
function plain(call: RepairCall): unknown {
  if (!('scope' in call)) return JSON.parse(JSON.stringify(call));
  const { key } = call.scope;
  const bytes = key === undefined ? undefined : [...key];
  return JSON.parse(JSON.stringify({ ...call, scope: { ...call.scope, key: bytes } }));
}
