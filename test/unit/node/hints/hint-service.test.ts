import { beforeEach, describe, expect, it } from 'vitest';
import type { DataReply, DataRequest } from '../../../../src/node/core/messages.js';
import type { ClusterSettings } from '../../../../src/node/core/settings.js';
import type { LivenessState } from '../../../../src/node/core/views/node-views.js';
import { encodeDataKey } from '../../../../src/node/core/version/data-key.js';
import { encodeRecord } from '../../../../src/node/core/version/record-codec.js';
import type { CorruptTarget } from '../../../../src/node/hints/hint-delivery.js';
import { HintService, type HintServiceParts } from '../../../../src/node/hints/hint-service.js';
import type { MetadataService, MissedWrite } from '../../../../src/node/services.js';
import { utf8Decode, utf8Encode } from '../../../../src/stdx/bytes.js';
import { TestCluster } from '../coordinator/test-cluster.js';
import type { TestNode } from '../coordinator/test-node.js';

const VALUE_BYTES = 10_000;

let cluster: TestCluster;
let n1: TestNode;
let n3: TestNode;
let liveness: LivenessState;
let told: string[];
let corrupt: CorruptTarget[];

beforeEach(async () => {
  cluster = await TestCluster.start();
  [n1, n3] = [cluster.node('n1'), cluster.node('n3')];
  liveness = 'down';
  told = [];
  corrupt = [];
});

/** The hints of n1, over its store and its links. */
function begin(options: Partial<HintServiceParts> = {}): HintService {
  const { process, metrics, metadata, store, unlikely, log } = n1;
  const hints = new HintService({
    clock: process,
    buggify: unlikely.buggify,
    log: log.logger('hints'),
    metrics,
    metadata,
    store,
    boot: 1,
    liveness: { stateOf: () => liveness },
    peers: {
      linkTo: (nodeId) => n1.links.get(nodeId),
      nameOf: (nodeId) => cluster.nodes.find(({ id }) => id === nodeId)?.name ?? nodeId,
    },
    events: { emit: ({ message }) => void told.push(message) },
    nowMs: () => process.wallMs(),
    send: (to, envelope, done) => {
      n1.coordinator.send(to, envelope, done);
    },
    reportCorrupt: (copy) => void corrupt.push(copy),
    ...options,
  });
  hints.start();
  return hints;
}

function missed(name: string): MissedWrite {
  const key = utf8Encode(name);
  const parts = { namespace: 1, token: cluster.tokenOf(name), key };
  const version = { ms: 1_000, logical: 0, writerHi: 0, writerLo: 9 };
  const value = new Uint8Array(VALUE_BYTES);
  const record = encodeRecord(encodeDataKey(parts), { version, tombstone: false, value });
  return { ...parts, record, targets: [n3.id] };
}

async function keep(hints: HintService, ...names: readonly string[]): Promise<readonly boolean[]> {
  const kept = names.map(
    (name) =>
      new Promise<boolean>((resolve) => {
        hints.keep(missed(name), resolve);
      }),
  );
  return await cluster.scheduler.settle(Promise.all(kept), 60_000);
}

/** The metadata of n1 with other settings. */
function withSettings(settings: Partial<ClusterSettings>): MetadataService {
  const { metadata } = n1;
  return {
    current: () => {
      const view = metadata.current();
      if (view === undefined) return undefined;
      const changed = { ...view.metadata.settings, ...settings };
      return { ...view, metadata: { ...view.metadata, settings: changed } };
    },
    catchUp: (epoch, remainingMs) => metadata.catchUp(epoch, remainingMs),
    open: (remainingMs) => metadata.open(remainingMs),
    change: () => metadata.change(),
    subscribe: () => metadata.subscribe(),
  };
}

const NAMES = Array.from({ length: 40 }, (_, i) => `k${i}`);

function keysOf(requests: readonly DataRequest[]): readonly string[] {
  return requests.map(({ key }) => utf8Decode(key));
}

describe('a replay of hints', () => {
  it('has few bytes under way, and asks to stand behind live traffic', async () => {
    const hints = begin();
    await keep(hints, ...NAMES);
    const waiting: ((reply: DataReply) => void)[] = [];
    n3.intercept = (_request, done) => waiting.push(done) > 0;
    liveness = 'up';
    await cluster.scheduler.advance(1_500);

    expect(n3.served.length).toBeGreaterThan(0);
    expect(n3.served.length * VALUE_BYTES).toBeLessThan(64 * 1024);
    expect(n3.served).toEqual(
      n3.served.map(() => expect.objectContaining({ background: true, repair: false }) as unknown),
    );
  });

  it('delivers everything in the end to one that is overloaded at first, ever more slowly meanwhile', async () => {
    const hints = begin();
    await keep(hints, ...NAMES);
    let refusals = 12;
    n3.intercept = (_request, done) => {
      refusals -= 1;
      if (refusals < 0) return false;
      done({ kind: 'failed', code: 'KV_OVERLOADED', message: 'full' });
      return true;
    };
    liveness = 'up';
    await cluster.scheduler.until(() => hints.count === 0, 60_000);

    expect(refusals).toBeLessThan(0);
    expect(new Set(keysOf(n3.served))).toEqual(new Set(NAMES));
    expect(n1.metrics.value('kv_node_hints_delivered_total')).toBe(NAMES.length);
  });

  it('passes over a hint that stands before a corrupt copy, and has that healed', async () => {
    const hints = begin();
    await keep(hints, 'a', 'b', 'c');
    n3.intercept = (request, done) => {
      if (corrupt.length > 2 || utf8Decode(request.key) !== 'a') return false;
      done({ kind: 'corrupt' });
      return true;
    };
    liveness = 'up';
    await cluster.scheduler.until(() => hints.count === 1, 10_000);
    expect(corrupt[0]).toMatchObject({ namespace: 'default', nodeId: n3.id });
    await cluster.scheduler.until(() => hints.count === 0, 30_000);
  });

  it('ends when the target goes away, and begins again when it is back', async () => {
    const hints = begin();
    await keep(hints, 'a', 'b');
    liveness = 'up';
    n3.intercept = (_request, done) => {
      liveness = 'down';
      done({ kind: 'failed', code: 'KV_UNREACHABLE', message: 'gone' });
      return true;
    };
    await cluster.scheduler.advance(20_000);
    const tries = n3.served.length;
    expect([hints.count, tries <= 2]).toEqual([2, true]);

    n3.intercept = undefined;
    liveness = 'up';
    await cluster.scheduler.until(() => hints.count === 0, 10_000);
  });

  it('stops with the node, and what is left stays', async () => {
    const hints = begin();
    await keep(hints, ...NAMES);
    liveness = 'up';
    n3.intercept = (_request, done) => {
      hints.stop();
      done({ kind: 'failed', code: 'timeout', message: 'late' });
      return true;
    };
    await cluster.scheduler.advance(20_000);
    await cluster.scheduler.settle(hints.idle(), 1_000);
    const tries = n3.served.length;
    await cluster.scheduler.advance(20_000);
    expect([hints.count, n3.served.length]).toEqual([NAMES.length, tries]);
  });
});

describe('hints beyond a bound', () => {
  it('are refused, counted, told once, and their slots marked', async () => {
    const hints = begin({ metadata: withSettings({ hintTargetBytes: 3 * (VALUE_BYTES + 200) }) });
    expect(await keep(hints, ...NAMES.slice(0, 5))).toEqual([true, true, true, false, false]);
    await cluster.scheduler.advance(2_000);

    expect(hints.marks.count).toBe(2);
    expect(n1.metrics.value('kv_node_hints_refused_total')).toBe(2);
    expect(told).toEqual([
      'stored 3 hints for n3',
      'has no room for 2 hints for n3; their ranges are marked: run kv repair',
    ]);
  });
});
