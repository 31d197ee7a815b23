import type { DataReply, DataRequest } from '../../node/core/messages.js';
import { DATA_PREFIX, decodeDataKey } from '../../node/core/version/data-key.js';
import { decodeRecord } from '../../node/core/version/record-codec.js';
import { formatVersion } from '../../node/core/version/version.js';
import type { NodeEnv } from '../../node/env/env.js';
import type { BatchOperation, Storage } from '../../node/env/storage.js';
import { SHARD_FOLDER } from '../../node/store/store.js';
import { utf8Decode, utf8Encode, equalBytes } from '../../stdx/bytes.js';
import type { NodeRun } from '../node-run.js';
import type { Chronicle } from './chronicle.js';
import { delegating, withHandler } from './handler-tap.js';

/** Tells in the chronicle what every node is asked about one key, what it answers, and what it writes of it. */
export class KeyWatch {
  readonly #key: Uint8Array;
  readonly #chronicle: Chronicle;
  /** Requests of peers about the key that are not answered yet, by node. */
  readonly #asked = new Map<string, number>();

  constructor(key: string, chronicle: Chronicle) {
    this.#key = utf8Encode(key);
    this.#chronicle = chronicle;
  }

  /** The world of one run of a node, watched. */
  watch(run: NodeRun, env: NodeEnv): NodeEnv {
    const { name } = run.machine;
    // What an earlier process of it left unanswered stays so.
    this.#asked.set(name, 0);
    const transport = withHandler(env.transport, (handler) => ({
      ...delegating(handler),
      data: (from, call, done) => {
        if (!equalBytes(call.request.key, this.#key)) {
          handler.data(from, call, done);
          return;
        }
        this.#count(name, 1);
        handler.data(from, call, (reply) => {
          this.#count(name, -1);
          const asked = `is asked by ${from.name} ${askedOf(call.request)}`;
          this.#chronicle.add(name, `${asked}: ${answerOf(reply)}`);
          done(reply);
        });
      },
    }));
    const openStorage: NodeEnv['disk']['openStorage'] = async (folder, options) => {
      const storage = await env.disk.openStorage(folder, options);
      return folder === SHARD_FOLDER ? this.#watchStorage(name, storage) : storage;
    };
    return { ...env, transport, disk: { ...diskOf(env.disk), openStorage } };
  }

  #count(name: string, by: number): void {
    this.#asked.set(name, (this.#asked.get(name) ?? 0) + by);
  }

  #watchStorage(name: string, storage: Storage): Storage {
    return {
      get: (key) => storage.get(key),
      getMany: async (keys) => {
        const values = await storage.getMany(keys);
        for (const [i, key] of keys.entries()) this.#tellRead(name, key, values[i]);
        return values;
      },
      iterate: (range) => storage.iterate(range),
      approximateSize: (range) => storage.approximateSize(range),
      properties: () => storage.properties(),
      figures: () => storage.figures(),
      compact: (range) => storage.compact(range),
      close: () => storage.close(),
      write: async (batch, options) => {
        await storage.write(batch, options);
        for (const operation of batch) this.#tellWrite(name, operation);
      },
    };
  }

  /** What a node finds for itself; what it finds for a peer is told as its answer. */
  #tellRead(name: string, key: Uint8Array, value: Uint8Array | undefined): void {
    if (!this.#isWatched(key) || (this.#asked.get(name) ?? 0) > 0) return;
    const found = value === undefined ? 'nothing' : describeRecord(decodeRecord(key, value));
    this.#chronicle.add(name, `finds ${found} in its own store`);
  }

  #isWatched(key: Uint8Array): boolean {
    return key[0] === DATA_PREFIX && equalBytes(decodeDataKey(key).key, this.#key);
  }

  #tellWrite(name: string, operation: BatchOperation): void {
    if (operation.type !== 'put' || !this.#isWatched(operation.key)) return;
    const record = decodeRecord(operation.key, operation.value);
    if (typeof record !== 'object') return;
    this.#chronicle.add(name, `has stored ${describeRecord(record)}`);
  }
}

function diskOf(disk: NodeEnv['disk']): Omit<NodeEnv['disk'], 'openStorage'> {
  return {
    lock: () => disk.lock(),
    unlock: () => disk.unlock(),
    readFile: (name) => disk.readFile(name),
    replaceFile: (name, content) => disk.replaceFile(name, content),
    salvageStorage: (folder) => disk.salvageStorage(folder),
    freeBytes: () => disk.freeBytes(),
  };
}

function askedOf(request: DataRequest): string {
  if (request.kind === 'read') return `for its ${request.mode}`;
  if (request.kind === 'discard') return 'to drop a damaged record';
  return request.repair ? 'to take a repair' : 'to write';
}

function answerOf(reply: DataReply): string {
  switch (reply.kind) {
    case 'superseded':
      return `superseded by ${formatVersion(reply.version)}`;
    case 'digest':
      return reply.digest === undefined ? 'nothing' : formatVersion(reply.digest.version);
    case 'value':
      return reply.record === undefined ? 'nothing' : 'its record';
    case 'fenced':
      return `fenced, it is at epoch ${reply.epoch}`;
    case 'failed':
      return `${reply.code}, ${reply.message}`;
    case 'written':
    case 'corrupt':
      return reply.kind;
  }
}

function describeRecord(record: ReturnType<typeof decodeRecord>): string {
  if (typeof record !== 'object') return 'a record that is damaged';
  const what = record.tombstone ? 'a tombstone' : valueText(record.value);
  return `${what} at ${formatVersion(record.version)}`;
}

function valueText(value: Uint8Array): string {
  const text = utf8Decode(value);
  const end = text.indexOf('|');
  return end < 0 ? text : text.slice(0, end);
}
