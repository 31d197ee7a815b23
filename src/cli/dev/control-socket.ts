import { rmSync } from 'node:fs';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { isErrorCode, KvError } from '../../node/core/errors.js';
import type { DevState } from './dev-state.js';

/** What `kv dev ...` asks of the supervisor that runs. */
export type ControlRequest =
  | { readonly op: 'status' | 'down' }
  | { readonly op: 'start' | 'kill' | 'pause' | 'resume'; readonly node: string };

type ControlReply =
  | { readonly ok: true; readonly state: DevState }
  | {
      readonly ok: false;
      readonly code: string;
      readonly message: string;
      readonly hints: readonly string[];
    };

const REQUEST_MAX = 4096;
const REPLY_MS = 60_000;

/** Answers one JSON line per connection on a Unix socket that only this user can reach. */
export function serveControl(
  path: string,
  handle: (request: ControlRequest) => Promise<DevState>,
): Promise<Server> {
  rmSync(path, { force: true });
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    readLine(socket, (line) => {
      answer(line, handle).then(
        (reply) => socket.end(`${JSON.stringify(reply)}\n`),
        () => socket.destroy(),
      );
    });
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      resolve(server);
    });
  });
}

/** Asks the supervisor; undefined when none runs. @throws KvError what it refused with */
export function askControl(path: string, request: ControlRequest): Promise<DevState | undefined> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(path);
    socket.setTimeout(REPLY_MS, () => {
      socket.destroy();
      reject(new KvError('KV_UNREACHABLE', `the supervisor at ${path} does not answer`));
    });
    socket.once('error', () => {
      // No socket, or nobody behind it: no supervisor runs.
      resolve(undefined);
    });
    socket.once('connect', () => socket.write(`${JSON.stringify(request)}\n`));
    readLine(socket, (line) => {
      socket.end();
      const reply = parseReply(line);
      if (reply.ok) resolve(reply.state);
      else {
        const code = isErrorCode(reply.code) ? reply.code : 'KV_INTERNAL';
        reject(new KvError(code, reply.message, { hints: reply.hints }));
      }
    });
  });
}

function readLine(socket: Socket, done: (line: string) => void): void {
  let text = '';
  socket.setEncoding('utf8');
  socket.on('data', (chunk: string) => {
    text += chunk;
    const end = text.indexOf('\n');
    if (end >= 0) {
      socket.removeAllListeners('data');
      done(text.slice(0, end));
    } else if (text.length > REQUEST_MAX * 64) socket.destroy();
  });
}

async function answer(
  line: string,
  handle: (request: ControlRequest) => Promise<DevState>,
): Promise<ControlReply> {
  try {
    const request = parseRequest(line);
    return { ok: true, state: await handle(request) };
  } catch (error) {
    const { code, hints } =
      error instanceof KvError ? error : { code: 'KV_INTERNAL', hints: [] as const };
    const message = error instanceof Error ? error.message : String(error);
    return { ok: false, code, message, hints };
  }
}

function parseRequest(line: string): ControlRequest {
  const value: unknown = JSON.parse(line);
  if (typeof value === 'object' && value !== null && 'op' in value) {
    const { op } = value;
    if (op === 'status' || op === 'down') return { op };
    const node = 'node' in value && typeof value.node === 'string' ? value.node : undefined;
    if (
      node !== undefined &&
      (op === 'start' || op === 'kill' || op === 'pause' || op === 'resume')
    )
      return { op, node };
  }
  throw new KvError('KV_USAGE', 'the supervisor does not know this request');
}

function parseReply(line: string): ControlReply {
  const value: unknown = JSON.parse(line);
  if (typeof value === 'object' && value !== null && 'ok' in value) {
    // Both ends are this program, of one version: the shape was made by `answer` above.
    return value as ControlReply;
  }
  const message = 'the supervisor answered with nonsense';
  return { ok: false, code: 'KV_INTERNAL', message, hints: [] };
}
