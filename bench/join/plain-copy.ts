import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
import {
  credentials,
  makeGenericClientConstructor,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServiceDefinition,
} from '@grpc/grpc-js';
import { ClassicLevel } from 'classic-level';
import { STORE_OPTIONS } from '../../src/node/store/store-options.js';

/**
 * What a join is measured against: the records of one LevelDB, read in order and sent in messages of 256 KiB over one gRPC stream on loopback to
 * another thread, which writes each message as one synced batch. No hashes, no comparison, no other traffic.
 */

const MESSAGE_BYTES = 256 * 1024;
const identity = (bytes: Buffer): Buffer => bytes;
const SERVICE: ServiceDefinition = {
  copy: {
    path: '/bench.Copy/Copy',
    requestStream: true,
    responseStream: true,
    requestSerialize: identity,
    requestDeserialize: identity,
    responseSerialize: identity,
    responseDeserialize: identity,
  },
};
const OPTIONS = {
  cacheSize: STORE_OPTIONS.cacheBytes,
  writeBufferSize: STORE_OPTIONS.writeBufferBytes,
  maxFileSize: STORE_OPTIONS.maxFileBytes,
  keyEncoding: 'buffer',
  valueEncoding: 'buffer',
} as const;

/** Bytes of values per second of such a copy. */
export async function plainCopyRate(bytes: number, valueBytes: number): Promise<number> {
  const dir = await mkdtemp(join(tmpdir(), 'kv-bench-copy-'));
  const source = new ClassicLevel<Buffer, Buffer>(join(dir, 'source'), OPTIONS);
  const sink = new Worker(fileURLToPath(import.meta.url), {
    workerData: join(dir, 'sink'),
    execArgv: ['--import', 'tsx'],
  });
  try {
    await source.open();
    await fill(source, bytes, valueBytes);
    const port = await new Promise<number>((resolve, reject) => {
      sink.once('message', resolve);
      sink.once('error', reject);
    });
    const beganMs = performance.now();
    await send(source, port);
    return (bytes * 1000) / (performance.now() - beganMs);
  } finally {
    await source.close();
    await sink.terminate();
    await rm(dir, { recursive: true, force: true });
  }
}

async function fill(
  level: ClassicLevel<Buffer, Buffer>,
  bytes: number,
  valueBytes: number,
): Promise<void> {
  const value = Buffer.alloc(valueBytes, 'x');
  const count = Math.ceil(bytes / valueBytes);
  for (let i = 0; i < count; i += 256) {
    const batch = level.batch();
    for (let j = i; j < Math.min(i + 256, count); j++) {
      const key = Buffer.alloc(12);
      key.writeUInt32BE(Math.imul(j, 0x9e3779b1) >>> 0, 0);
      key.writeUInt32BE(j, 8);
      batch.put(key, value);
    }
    await batch.write();
  }
  await level.compactRange(Buffer.alloc(1), Buffer.alloc(12, 0xff));
}

/** Sends all of it, and waits until the last message is written. */
async function send(level: ClassicLevel<Buffer, Buffer>, port: number): Promise<void> {
  const Client = makeGenericClientConstructor(SERVICE, 'Copy');
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  const stream = client.makeBidiStreamRequest('/bench.Copy/Copy', identity, identity);
  let sent = 0;
  let acknowledged = 0;
  let wake: (() => void) | undefined;
  stream.on('data', () => {
    acknowledged += 1;
    wake?.();
  });
  const failed = new Promise<never>((_, reject) => stream.on('error', reject));
  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds()) await Promise.race([new Promise<void>((resolve) => (wake = resolve)), failed]);
  };
  let parts: Buffer[] = [];
  let size = 0;
  const flush = async (): Promise<void> => {
    stream.write(Buffer.concat(parts));
    sent += 1;
    parts = [];
    size = 0;
    // A few under way keep both sides busy.
    await until(() => sent - acknowledged < 8);
  };
  for await (const [key, value] of level.iterator()) {
    const head = Buffer.alloc(8);
    head.writeUInt32BE(key.length, 0);
    head.writeUInt32BE(value.length, 4);
    parts.push(head, key, value);
    size += 8 + key.length + value.length;
    if (size >= MESSAGE_BYTES) await flush();
  }
  if (size > 0) await flush();
  await until(() => acknowledged === sent);
  stream.end();
  client.close();
}

/** The other end, in a thread of its own: says its port, then writes what comes. */
async function receive(dir: string): Promise<void> {
  const level = new ClassicLevel<Buffer, Buffer>(dir, OPTIONS);
  await level.open();
  const server = new Server();
  server.addService(SERVICE, {
    copy: (stream: ServerDuplexStream<Buffer, Buffer>) => {
      let last = Promise.resolve();
      stream.on('data', (message: Buffer) => {
        last = last.then(async () => {
          await write(level, message);
          stream.write(Buffer.alloc(1));
        });
      });
      stream.on('end', () => {
        stream.end();
      });
    },
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  parentPort?.postMessage(port);
}

async function write(level: ClassicLevel<Buffer, Buffer>, message: Buffer): Promise<void> {
  const batch = level.batch();
  for (let at = 0; at < message.length;) {
    const [keyBytes, valueBytes] = [message.readUInt32BE(at), message.readUInt32BE(at + 4)];
    const value = at + 8 + keyBytes;
    batch.put(message.subarray(at + 8, value), message.subarray(value, value + valueBytes));
    at = value + valueBytes;
  }
  await batch.write({ sync: true });
}

if (!isMainThread && typeof workerData === 'string') await receive(workerData);
