import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RepairQuestion, RepairReply } from '../src/node/core/repair/repair-messages.js';
import { repairReplyBytes, repairRequestBytes } from '../src/node/core/repair/repair-size.js';
import { SLOT_COUNT, SLOT_SIZE } from '../src/node/core/ring/token.js';
import { encodeDataKey } from '../src/node/core/version/data-key.js';
import { encodeRecord } from '../src/node/core/version/record-codec.js';
import { LevelDisk } from '../src/node/io/level/level-disk.js';
import { clusterViewOf } from '../src/node/metadata/cluster-view.js';
import { RangeRepair } from '../src/node/repair/range-repair.js';
import { RepairReplica } from '../src/node/repair/repair-replica.js';
import { RepairTimes } from '../src/node/repair/repair-times.js';
import { openStore, type OpenedStore } from '../src/node/store/open-store.js';
import { Prng } from '../src/stdx/prng.js';
import { clusterOfSize, idOf } from '../test/unit/node/core/metadata/states.js';
import { printReport } from './report.js';
import { benchEnv } from './store.js';

/**
 * What a repair between two stores over LevelDB costs: of equal records, and of records of which some differ, by how many records
 * share a leaf of the grid; with slots summed first, and with whole slots listed. The network between the two is left out: bytes are
 * what would have crossed it.
 * `node --import tsx bench/repair.ts [--records 1000000] [--differing 1000] [--per-leaf 100] [--value-bytes 1024] [--json]`; the
 * directories are made under TMPDIR.
 */

const flags = process.argv.slice(2);
const RECORDS = numberFlag('--records', 1_000_000);
const DIFFERING = numberFlag('--differing', 1_000);
/** Of the records that are equal; they are not read. */
const VALUE_BYTES = 100;
const IN_FLIGHT = 2_048;
/** Both ways in turns, in one run: processor time is compared with its neighbours. */
const DIFFERENCES = listFlag('--value-bytes', [100, 1_024, 10_240]).flatMap((valueBytes) =>
  [false, true, false, true].map((sums) => ({ valueBytes, sums })),
);
const NAMESPACE = 1;
const RUNS = [{ from: 0, to: SLOT_COUNT }];
const VIEW = clusterViewOf(clusterOfSize(2));

function numberFlag(name: string, usual: number): number {
  const at = flags.indexOf(name);
  return at < 0 ? usual : Number(flags[at + 1]);
}

function listFlag(name: string, usual: readonly number[]): readonly number[] {
  const one = numberFlag(name, 0);
  return one === 0 ? usual : [one];
}

/** What two replicas were asked, and what they read for it. */
interface Effort {
  bytes: number;
  asks: number;
  recordsRead: number;
  /** Whether the replicas know sums. */
  sums: boolean;
}

/** What a replica takes a question for that does not know sums. */
function withoutSums(question: RepairQuestion): RepairQuestion {
  if (question.kind !== 'sums') return question;
  const runs = question.slots.map((slot) => ({ from: slot, to: slot + 1 }));
  return { kind: 'hashes', runs, pieces: runs.length };
}

/** Where record `i` lies when so many share a leaf: all leaves that are used have as many, spread over them as hashed keys are. */
function tokenOf(i: number, perLeaf: number): number {
  const leaves = Math.max(1, Math.floor(RECORDS / perLeaf));
  const leaf = Math.floor((i % leaves) * (SLOT_COUNT / leaves));
  const place = Math.floor(((Math.floor(i / leaves) % perLeaf) * SLOT_SIZE) / perLeaf);
  return leaf * SLOT_SIZE + place;
}

class Replica {
  readonly #opened: OpenedStore;
  readonly #replica: RepairReplica;
  readonly #effort: Effort;
  readonly name: string;

  constructor(n: number, opened: OpenedStore, { env, effort }: { env: Env; effort: Effort }) {
    this.name = `n${n}`;
    this.#opened = opened;
    this.#effort = effort;
    const { store, grid } = opened;
    this.#replica = new RepairReplica({
      ownId: idOf(n),
      boot: 1,
      heal: () => {
        throw new Error('nothing rots here');
      },
      clock: env.clock,
      store: {
        floors: store.floors,
        queueBytes: () => store.queueBytes(),
        apply: (mutation, done) => store.apply(mutation, done),
        swap: (change, done) => store.swap(change, done),
        writeSystem: (write, done) => store.writeSystem(write, done),
        read: (query, done) => {
          effort.recordsRead += 1;
          store.read(query, done);
        },
        scan: (range) => counted(store.scan(range), effort),
      },
      grid,
      hlc: {
        observe: () => undefined,
        read: () => ({ ms: 0, logical: 0 }),
        ownMs: () => Date.now(),
        issue: () => {
          throw new Error('a repair stamps nothing');
        },
      },
      metadata: {
        current: () => VIEW,
        catchUp: async () => VIEW,
        open: async () => VIEW,
        change: async () => VIEW,
        subscribe: () => () => undefined,
      },
      purge: async () => ({ dropped: 0, until: undefined }),
      times: new RepairTimes({ store, clock: env.clock, log: env.log }),
      mend: () => ({ nowMs: 0, beganMs: [] }),
    });
  }

  async ask(asked: RepairQuestion): Promise<RepairReply> {
    const question = this.#effort.sums ? asked : withoutSums(asked);
    const request = { epoch: VIEW.metadata.epoch, namespace: NAMESPACE, question };
    const reply = await this.#replica.answer(request, 60_000);
    this.#effort.asks += 1;
    // The one that drives asks itself: that crosses no network.
    if (this.name !== 'n1')
      this.#effort.bytes += repairRequestBytes(request) + repairReplyBytes(reply);
    return reply;
  }

  /** Writes records with one version; their keys are numbers. */
  async write(
    records: readonly number[],
    what: { readonly perLeaf: number; readonly ms: number; readonly valueBytes: number },
  ): Promise<number> {
    const { store } = this.#opened;
    const value = new Uint8Array(what.valueBytes).fill(7);
    const version = { ms: what.ms, logical: 0, writerHi: 0, writerLo: 1 };
    let [begun, ended, bytes] = [0, 0, 0];
    await new Promise<void>((resolve, reject) => {
      const begin = (): void => {
        const i = records[begun];
        if (i === undefined) return;
        begun += 1;
        const key = new TextEncoder().encode(`user:${i}`);
        const dataKey = { namespace: NAMESPACE, token: tokenOf(i, what.perLeaf), key };
        const record = encodeRecord(encodeDataKey(dataKey), { version, tombstone: false, value });
        bytes += record.length;
        store.apply({ ...dataKey, record, repair: false, priority: 'live' }, ({ kind }) => {
          if (kind !== 'written') reject(new Error(`${kind}, not written`));
          ended += 1;
          if (ended === records.length) resolve();
          else begin();
        });
      };
      for (let n = 0; n < IN_FLIGHT; n++) begin();
    });
    return bytes;
  }
}

type Env = ReturnType<typeof benchEnv>;

async function* counted<T>(entries: AsyncIterable<T>, effort: Effort): AsyncIterable<T> {
  for await (const entry of entries) {
    effort.recordsRead += 1;
    yield entry;
  }
}

interface Repaired {
  readonly ms: number;
  readonly cpuMs: number;
  readonly differing: number;
  readonly sent: number;
  readonly sentBytes: number;
  readonly asks: number;
  readonly recordsRead: number;
  readonly bytes: number;
}

/** Repairs the whole ring; without the wait for a write deadline, which costs time and nothing else. */
async function repair(replicas: readonly Replica[], effort: Effort): Promise<Repaired> {
  Object.assign(effort, { bytes: 0, asks: 0, recordsRead: 0 });
  const startMs = performance.now();
  const cpuBefore = process.cpuUsage();
  const job = new RangeRepair(
    { runs: RUNS, partners: replicas, isWhole: true, floorMs: 0 },
    {
      nowMs: () => performance.now(),
      random: new Prng(1),
      pause: async () => undefined,
      pace: async () => undefined,
      checkpoint: () => undefined,
    },
  );
  const { differing, sent, sentBytes } = await job.run();
  const cpu = process.cpuUsage(cpuBefore);
  const { bytes, asks, recordsRead } = effort;
  return {
    ms: Math.round(performance.now() - startMs),
    cpuMs: Math.round((cpu.user + cpu.system) / 1000),
    differing,
    sent,
    sentBytes,
    asks,
    recordsRead,
    bytes,
  };
}

async function measure(perLeaf: number): Promise<readonly object[]> {
  const paths = [1, 2].map(() => mkdtemp(join(tmpdir(), 'kv-bench-repair-')));
  const made = await Promise.all(paths);
  const effort: Effort = { bytes: 0, asks: 0, recordsRead: 0, sums: true };
  const readiness = {
    fail: (error: Error) => {
      throw error;
    },
  };
  const envs = made.map((path) => benchEnv(new LevelDisk(path)));
  const open = (): Promise<OpenedStore[]> =>
    Promise.all(envs.map((env) => openStore({ env, readiness })));
  const replicasOf = (opened: readonly OpenedStore[]): Replica[] =>
    opened.map((one, i) => new Replica(i + 1, one, { env: envs[i]!, effort }));
  let opened = await open();
  const close = async (): Promise<void> => {
    for (const { grid, store } of opened) {
      await grid.stop();
      await store.close();
    }
  };
  const rows: object[] = [];
  try {
    let replicas = replicasOf(opened);
    const all = Array.from({ length: RECORDS }, (_, i) => i);
    for (const replica of replicas)
      await replica.write(all, { perLeaf, ms: 1_000, valueBytes: VALUE_BYTES });
    await close();
    opened = await open();
    replicas = replicasOf(opened);
    const row = { records: RECORDS, perLeaf };
    rows.push({ ...row, what: 'equal, cold', ...(await repair(replicas, effort)) });
    rows.push({ ...row, what: 'equal, warm', ...(await repair(replicas, effort)) });
    const prng = new Prng(1);
    let ms = 2_000;
    for (const { valueBytes, sums } of DIFFERENCES) {
      const some = [...new Set(Array.from({ length: DIFFERING }, () => prng.int(RECORDS)))];
      // A half is newer here, a half there.
      let newer = 0;
      for (const [side, replica] of replicas.entries()) {
        const half = some.filter((_, i) => i % 2 === side);
        newer += await replica.write(half, { perLeaf, ms, valueBytes });
      }
      ms += 1_000;
      effort.sums = sums;
      const result = await repair(replicas, effort);
      const over = (result.bytes / newer).toFixed(2);
      const what = `differ by ${valueBytes} B values, ${sums ? 'summed' : 'listed'}`;
      rows.push({ ...row, what, ...result, over });
    }
  } finally {
    await close();
    for (const path of made) await rm(path, { recursive: true, force: true });
  }
  return rows;
}

const rows: object[] = [];
for (const perLeaf of listFlag('--per-leaf', [1, 100, 10_000]))
  rows.push(...(await measure(perLeaf)));
printReport('a repair of the whole ring between two stores', rows, {
  json: flags.includes('--json'),
});
