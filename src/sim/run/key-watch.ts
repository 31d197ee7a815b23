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

  constructor(key: string, chronicle: Chronicle) {
    this.#key = utf8Encode(key);
    this.#chronicle = chronicle;
  }

  /** The world of one run of a node, watched. */
  watch(run: NodeRun, env: NodeEnv): NodeEnv {
    const { name } = run.machine;
    const transport = withHandler(env.transport, (handler) => ({
      ...delegating(handler),
      data: (from, call, done) => {
        if (!equalBytes(call.request.key, this.#key)) {
          handler.data(from, call, done);
          return;
        }
        handler.data(from, call, (reply) => {
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

  #watchStorage(name: string, storage: Storage): Storage {
    return {
      get: (key) => storage.get(key),
      getMany: (keys) => storage.getMany(keys),
      iterate: (range) => storage.iterate(range),
      approximateSize: (range) => storage.approximateSize(range),
      properties: () => storage.properties(),
      close: () => storage.close(),
      write: async (batch, options) => {
        await storage.write(batch, options);
        for (const operation of batch) this.#tellWrite(name, operation);
      },
    };
  }

  #tellWrite(name: string, operation: BatchOperation): void {
    if (operation.type !== 'put' || operation.key[0] !== DATA_PREFIX) return;
    if (!equalBytes(decodeDataKey(operation.key).key, this.#key)) return;
    const record = decodeRecord(operation.key, operation.value);
    if (typeof record !== 'object') return;
    const what = record.tombstone ? 'a tombstone' : valueText(record.value);
    this.#chronicle.add(name, `has stored ${what} at ${formatVersion(record.version)}`);
  }
}

function diskOf(disk: NodeEnv['disk']): Omit<NodeEnv['disk'], 'openStorage'> {
  return {
    lock: () => disk.lock(),
    unlock: () => disk.unlock(),
    readFile: (name) => disk.readFile(name),
    replaceFile: (name, content) => disk.replaceFile(name, content),
    freeBytes: () => disk.freeBytes(),
  };
}

function askedOf(request: DataRequest): string {
  if (request.kind === 'read') return `for its ${request.mode}`;
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

function valueText(value: Uint8Array): string {
  const text = utf8Decode(value);
  const end = text.indexOf('|');
  return end < 0 ? text : text.slice(0, end);
}
