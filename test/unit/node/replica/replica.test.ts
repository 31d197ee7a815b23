import { beforeEach, describe, expect, it } from 'vitest';
import { LIMITS } from '../../../../src/node/core/limits.js';
import type {
  DataReply,
  DataRequest,
  ReadRequest,
  WriteRequest,
} from '../../../../src/node/core/messages.js';
import { forgottenAgeMs } from '../../../../src/node/core/repair/forgotten-age.js';
import { DEFAULT_SETTINGS } from '../../../../src/node/core/settings.js';
import { encodeDataKey } from '../../../../src/node/core/version/data-key.js';
import { encodeRecord } from '../../../../src/node/core/version/record-codec.js';
import type { Version } from '../../../../src/node/core/version/version.js';
import { Replica } from '../../../../src/node/replica/replica-service.js';
import { SHARD_FOLDER } from '../../../../src/node/store/store.js';
import { utf8Encode } from '../../../../src/stdx/bytes.js';
import { version } from '../coordinator/requests.js';
import { TestCluster } from '../coordinator/test-cluster.js';
import type { TestNode } from '../coordinator/test-node.js';

let cluster: TestCluster;
let n1: TestNode;

beforeEach(async () => {
  cluster = await TestCluster.start();
  n1 = cluster.node('n1');
});

type Asked =
  | ({ readonly kind: 'read' } & Partial<ReadRequest>)
  | ({ readonly kind: 'write'; readonly record: Uint8Array } & Partial<WriteRequest>);

/** Asks the replica of n1, as a peer would; time passes only while the scheduler runs. */
function begin(
  request: Asked,
  remainingMs = 1_000,
  replica: Pick<Replica, 'handle'> = n1.replica,
): Promise<DataReply> {
  const common = { epoch: cluster.state.epoch, namespace: 1, key: utf8Encode('k') };
  const whole: DataRequest =
    request.kind === 'read'
      ? { ...common, mode: 'value', stamp: { ms: 0, logical: 0 }, ...request }
      : { ...common, repair: false, ...request };
  return new Promise((resolve) => {
    replica.handle(whole, remainingMs, resolve);
  });
}

async function ask(request: Asked, remainingMs?: number, replica?: Replica): Promise<DataReply> {
  return await cluster.scheduler.settle(begin(request, remainingMs, replica), 10_000);
}

function recordOf(at: Version, value = 'v', key = 'k'): Uint8Array {
  const dataKey = encodeDataKey({
    namespace: 1,
    token: cluster.tokenOf(key),
    key: utf8Encode(key),
  });
  return encodeRecord(dataKey, { version: at, tombstone: false, value: utf8Encode(value) });
}

describe('a client that stamps older than what deletes are forgotten by', () => {
  const nowMs = 20 * 24 * 3_600_000;
  const oldest = nowMs - forgottenAgeMs(DEFAULT_SETTINGS);
  let knownMs: number | undefined;

  beforeEach(() => {
    knownMs = nowMs;
  });

  async function write(at: number, rest: Partial<WriteRequest> = {}): Promise<DataReply> {
    const { id: ownId, process: clock, store, hlc, metadata } = n1;
    const replica = new Replica({ ownId, clock, store, hlc, metadata, nowMs: () => knownMs });
    const record = recordOf(version(at));
    return await ask({ kind: 'write', record, ...rest }, 1_000, replica);
  }

  it('is told a newer version, by which it stamps again', async () => {
    const reply = await write(oldest);
    expect(reply).toMatchObject({ kind: 'superseded', version: { ms: oldest, logical: 0xffff } });
    expect(await ask({ kind: 'read' })).toMatchObject({ record: undefined });
    expect(await write(oldest + 1)).toMatchObject({ kind: 'written' });
  });

  it('has its write when it comes as a hint, or by a repair', async () => {
    expect(await write(oldest - 1, { background: true })).toMatchObject({ kind: 'written' });
    expect(await write(oldest, { repair: true })).toMatchObject({ kind: 'written' });
  });

  it('has its write while the node does not know the time', async () => {
    knownMs = undefined;
    expect(await write(oldest)).toMatchObject({ kind: 'written' });
  });
});

describe('a replica', () => {
  it('writes, and says what it holds as a record or as its digest', async () => {
    const record = recordOf(version(5_000));
    expect(await ask({ kind: 'write', record })).toMatchObject({ kind: 'written' });
    expect(await ask({ kind: 'read' })).toMatchObject({ kind: 'value', record });
    const digest = { version: version(5_000), tombstone: false, sizeBytes: 1 };
    expect(await ask({ kind: 'read', mode: 'digest' })).toMatchObject({ kind: 'digest', digest });
    expect(await ask({ kind: 'write', record })).toMatchObject({ kind: 'written' });
    expect(await ask({ kind: 'write', record: recordOf(version(4_000)) })).toMatchObject({
      kind: 'superseded',
      version: version(5_000),
    });
  });

  it('merges the clocks of requests and records, and shows its own in replies', async () => {
    const ahead = n1.process.wallMs() + 5_000;
    const read = await ask({ kind: 'read', stamp: { ms: ahead, logical: 7 } });
    expect(read).toMatchObject({ kind: 'value', stamp: { ms: ahead, logical: 7 } });
    const written = await ask({ kind: 'write', record: recordOf(version(ahead + 100)) });
    expect(written).toMatchObject({ kind: 'written', stamp: { ms: ahead + 100 } });
    expect(n1.hlc.issue().ms).toBeGreaterThanOrEqual(ahead + 100);
  });

  it('does not let a damaged record move its clock', async () => {
    const before = n1.hlc.read();
    const record = recordOf(version(before.ms + 1_000_000));
    record[record.length - 1]! ^= 1;
    expect(await ask({ kind: 'write', record })).toMatchObject({
      kind: 'failed',
      code: 'KV_CORRUPT',
    });
    expect(n1.hlc.read().ms).toBeLessThan(before.ms + 1_000);
  });

  it('refuses a plan older than the last change of placement, but not one older than another epoch', async () => {
    const { placementEpoch, epoch } = cluster.state;
    expect(placementEpoch).toBeLessThan(epoch);
    expect(await ask({ kind: 'read', epoch: placementEpoch })).toMatchObject({ kind: 'value' });
    expect(await ask({ kind: 'read', epoch: placementEpoch - 1 })).toEqual({
      kind: 'fenced',
      epoch,
    });
    const record = recordOf(version(5_000));
    expect(await ask({ kind: 'write', epoch: placementEpoch - 1, record })).toEqual({
      kind: 'fenced',
      epoch,
    });
    expect(await cluster.copyOn('n1', 'k')).toBe('missing');
  });

  it('refuses what it does not own, and namespaces that do not exist', async () => {
    cluster = await TestCluster.start({ nodes: 5 });
    n1 = cluster.node('n1');
    const foreign = Array.from({ length: 100 }, (_, i) => `key-${i}`).find(
      (key) => !cluster.ownersOf(key).includes('n1'),
    );
    expect(await ask({ kind: 'read', key: utf8Encode(foreign ?? '') })).toMatchObject({
      kind: 'fenced',
    });
    expect(await ask({ kind: 'read', namespace: 77 })).toMatchObject({ kind: 'fenced' });
  });

  it('catches up with a newer plan before it judges it, and fails when that takes too long', async () => {
    const next = cluster.without('n3');
    const record = recordOf(version(5_000));
    const request = { kind: 'write', epoch: next.epoch, record } as const;
    expect(await ask(request, 200)).toMatchObject({ kind: 'failed', code: 'KV_EPOCH_CHANGED' });
    expect(await cluster.copyOn('n1', 'k')).toBe('missing');
    const pending = begin(request);
    cluster.publish(next, ['n1']);
    const reply = await cluster.scheduler.settle(pending, 1_000);
    expect(reply).toMatchObject({ kind: 'written' });
  });

  it('confirms and answers nothing of what it took on before the owners changed', async () => {
    const writing = begin({ kind: 'write', record: recordOf(version(5_000)) });
    const reading = begin({ kind: 'read' });
    const next = cluster.without('n3');
    cluster.publish(next, ['n1']);
    const fenced = { kind: 'fenced', epoch: next.epoch };
    expect(await cluster.scheduler.settle(writing, 1_000)).toEqual(fenced);
    expect(await cluster.scheduler.settle(reading, 1_000)).toEqual(fenced);
  });

  it('drops a request whose time is over before it is begun', async () => {
    const record = recordOf(version(5_000));
    expect(await ask({ kind: 'write', record }, 0)).toMatchObject({
      kind: 'failed',
      code: 'timeout',
    });
    expect(await cluster.copyOn('n1', 'k')).toBe('missing');
  });

  it('drops a write whose time ended while it waited for the disk', async () => {
    let release = (): void => undefined;
    n1.diskHeld = new Promise((resolve) => {
      release = resolve;
    });
    const slow = begin({ kind: 'write', record: recordOf(version(5_000)) });
    await cluster.scheduler.advance(10);
    // These wait for the batch that the first one is in, and for the reads under way.
    const waiting = begin({ kind: 'write', record: recordOf(version(6_000)) }, 100);
    await cluster.scheduler.advance(150);
    n1.diskHeld = undefined;
    release();
    await cluster.scheduler.advance(10);
    expect(await slow).toMatchObject({ kind: 'written' });
    expect(await waiting).toMatchObject({ kind: 'failed' });
    expect(await cluster.copyOn('n1', 'k')).toMatchObject({ version: version(5_000) });
  });

  it('of a cluster that was never opened answers missing, and takes no write', async () => {
    cluster = await TestCluster.start({ opened: false });
    n1 = cluster.node('n1');
    await cluster.plant('n1', 'k', { version: version(5_000), value: 'v' });
    expect(await ask({ kind: 'read' })).toMatchObject({ kind: 'value', record: undefined });
    expect(await ask({ kind: 'read', mode: 'digest' })).toMatchObject({
      kind: 'digest',
      digest: undefined,
    });
    const record = recordOf(version(5_000));
    expect(await ask({ kind: 'write', record })).toMatchObject({
      kind: 'failed',
      code: 'KV_NOT_READY',
    });
  });

  it('refuses keys and values over the limits, but heals with what passed them once', async () => {
    const key = 'k'.repeat(LIMITS.keyBytes + 1);
    const long = recordOf(version(5_000), 'v', key);
    expect(await ask({ kind: 'write', key: utf8Encode(key), record: long })).toMatchObject({
      kind: 'failed',
      code: 'KV_KEY_INVALID',
    });
    const large = recordOf(version(5_000), 'x'.repeat(DEFAULT_SETTINGS.valueBytesMax + 7));
    expect(await ask({ kind: 'write', record: large })).toMatchObject({
      kind: 'failed',
      code: 'KV_VALUE_TOO_LARGE',
    });
    expect(await ask({ kind: 'write', record: large, repair: true })).toMatchObject({
      kind: 'written',
    });
  });

  it('tells a corrupt copy from a missing one, keeps it from plain writes, and replaces it by a repair', async () => {
    await cluster.plant('n1', 'k', { version: version(5_000), value: 'v' });
    cluster.damage('n1', 'k');
    expect(await ask({ kind: 'read' })).toEqual({ kind: 'corrupt' });
    const record = recordOf(version(6_000));
    expect(await ask({ kind: 'write', record })).toEqual({ kind: 'corrupt' });
    expect(await ask({ kind: 'write', record, repair: true })).toMatchObject({ kind: 'written' });
    expect(await ask({ kind: 'read' })).toMatchObject({ kind: 'value', record });
  });

  it('takes a repair that is older than its copy for done', async () => {
    await cluster.plant('n1', 'k', { version: version(5_000), value: 'v' });
    const record = recordOf(version(4_000));
    expect(await ask({ kind: 'write', record, repair: true })).toMatchObject({ kind: 'written' });
    expect(await cluster.copyOn('n1', 'k')).toMatchObject({ version: version(5_000) });
  });

  it('whose disk failed acknowledges nothing more', async () => {
    n1.disk.failWrites(SHARD_FOLDER);
    for (let i = 0; i < 2; i++)
      expect(await ask({ kind: 'write', record: recordOf(version(5_000 + i)) })).toMatchObject({
        kind: 'failed',
        code: 'KV_STORE_FAILED',
      });
    expect(n1.notReady?.code).toBe('KV_STORE_FAILED');
  });
});
