import { beforeEach, describe, expect, it } from 'vitest';
import { BOOT_FILE, countBoot } from '../../../../src/node/identity/boot-counter.js';
import {
  type FoundDirectory,
  settleIdentity,
  type StartIntent,
} from '../../../../src/node/identity/identity.js';
import {
  IDENTITY_FILE,
  readIdentity,
  writeIdentity,
} from '../../../../src/node/identity/identity-file.js';
import { MemoryDisk } from '../../../../src/sim/memory-disk.js';
import { SeededRandom } from '../../../../src/sim/seeded-random.js';
import { utf8Encode } from '../../../../src/stdx/bytes.js';
import { after, clusterOfSize, idOf } from '../core/metadata/states.js';

const CLUSTER = 'c'.repeat(16);
const OTHER = 'd'.repeat(16);
const identity = { clusterId: CLUSTER, nodeId: idOf(1), name: 'n1' };
const init: StartIntent = { kind: 'init' };
const restart: StartIntent = { kind: 'restart' };
const join = (clusterId: string): StartIntent => ({ kind: 'join', clusterId });

let disk: MemoryDisk;
let random: SeededRandom;

beforeEach(() => {
  disk = new MemoryDisk();
  random = new SeededRandom(1);
});

const settle = (intent: StartIntent, found: Partial<FoundDirectory> = {}) =>
  settleIdentity({ disk, random, name: 'n1', metadata: undefined, ...found }, intent);

describe('an empty directory', () => {
  it('begins a cluster as a new node, and belongs to nobody before the first epoch is durable', async () => {
    const plan = await settle(init);
    expect(plan).toMatchObject({ kind: 'init', name: 'n1' });
    expect(await readIdentity(disk)).toBeUndefined();
  });

  it('joins as the same node however often it asks', async () => {
    const first = await settle(join(CLUSTER));
    const second = await settle(join(CLUSTER));
    expect(first).toMatchObject({ kind: 'join', identity: { clusterId: CLUSTER, name: 'n1' } });
    expect(second).toEqual(first);
  });

  it('cannot simply be started, and says how it can', async () => {
    await expect(settle(restart)).rejects.toMatchObject({
      code: 'KV_CONFIG_INVALID',
      message: expect.stringContaining('--init') as string,
    });
  });

  it('needs a name that is one', async () => {
    for (const name of [undefined, '', 'a b'])
      await expect(settle(init, { name })).rejects.toMatchObject({ code: 'KV_CONFIG_INVALID' });
  });
});

describe('the directory of a member', () => {
  const metadata = clusterOfSize(2);

  beforeEach(async () => {
    await writeIdentity(disk, identity);
  });

  it('starts as that member, with the name it has', async () => {
    const plan = { kind: 'member', identity, ignoredJoin: false };
    expect(await settle(restart, { metadata })).toEqual(plan);
    expect(await settle(restart, { metadata, name: undefined })).toEqual(plan);
  });

  it('ignores --join of the same cluster', async () => {
    const plan = await settle(join(CLUSTER), { metadata });
    expect(plan).toEqual({ kind: 'member', identity, ignoredJoin: true });
  });

  it('refuses --init, another cluster, and another name', async () => {
    await expect(settle(init, { metadata })).rejects.toMatchObject({
      code: 'KV_ALREADY_INITIALIZED',
    });
    await expect(settle(join(OTHER), { metadata })).rejects.toMatchObject({
      code: 'KV_CLUSTER_MISMATCH',
    });
    await expect(settle(restart, { metadata, name: 'n2' })).rejects.toMatchObject({
      code: 'KV_CONFIG_INVALID',
    });
  });

  it('does not start again once the log says that it was removed', async () => {
    const voters = [idOf(1), idOf(2)];
    const moved = after(after(metadata, { kind: 'voters', voters }), {
      kind: 'voters',
      voters: [idOf(2)],
    });
    const removed = after(moved, { kind: 'remove', nodeId: idOf(1) });
    await expect(settle(restart, { metadata: removed })).rejects.toMatchObject({
      code: 'KV_IDENTITY_REMOVED',
    });
  });

  it('does not start with the log of another cluster', async () => {
    await expect(
      settle(restart, { metadata: { ...metadata, clusterId: OTHER } }),
    ).rejects.toMatchObject({ code: 'KV_CLUSTER_MISMATCH' });
  });

  it('that never finished joining asks for --join again', async () => {
    await expect(settle(restart)).rejects.toMatchObject({ code: 'KV_CONFIG_INVALID' });
    await expect(settle(init)).rejects.toMatchObject({ code: 'KV_ALREADY_INITIALIZED' });
    expect(await settle(join(CLUSTER))).toEqual({ kind: 'join', identity });
  });
});

describe('a directory that something happened to', () => {
  it('finishes an --init that was cut off between the log and the identity', async () => {
    const metadata = clusterOfSize(1);
    expect(await settle(init, { metadata })).toEqual({
      kind: 'member',
      identity,
      ignoredJoin: false,
    });
    expect(await readIdentity(disk)).toEqual(identity);
  });

  it('does not make up an identity for the log of a grown cluster', async () => {
    await expect(settle(restart, { metadata: clusterOfSize(2) })).rejects.toMatchObject({
      code: 'KV_DATA_DIR_UNUSABLE',
    });
  });

  it.each(['', 'null', '{"clusterId":"c"}', '{"boot":1}', '\u0000\u0001', '[]'])(
    'names the file that holds %j, and what to do',
    async (content) => {
      await disk.replaceFile(IDENTITY_FILE, utf8Encode(content));
      await disk.replaceFile(BOOT_FILE, utf8Encode(content));
      for (const attempt of [settle(restart), countBoot(disk, random)]) {
        await expect(attempt).rejects.toMatchObject({
          code: 'KV_DATA_DIR_UNUSABLE',
          message: expect.stringMatching(
            /^(identity\.json|boot) in the data directory is damaged .*: restore the file, or replace the node$/,
          ) as string,
        });
      }
    },
  );
});

describe('the boot counter', () => {
  it('counts every start, with a fresh nonce, before the start goes on', async () => {
    const boots = [await countBoot(disk, random), await countBoot(disk, random)];
    disk.crash();
    boots.push(await countBoot(disk, random));
    expect(boots.map(({ boot }) => boot)).toEqual([1, 2, 3]);
    expect(new Set(boots.map(({ nonce }) => nonce)).size).toBe(3);
  });

  it('does not begin again for a node that has started before', async () => {
    await writeIdentity(disk, identity);
    await expect(countBoot(disk, random)).rejects.toMatchObject({ code: 'KV_DATA_DIR_UNUSABLE' });
  });

  it('does not count a start that it could not write', async () => {
    disk.failFiles(true);
    await expect(countBoot(disk, random)).rejects.toMatchObject({ code: 'KV_STORE_FAILED' });
    disk.failFiles(false);
    expect((await countBoot(disk, random)).boot).toBe(1);
  });
});
