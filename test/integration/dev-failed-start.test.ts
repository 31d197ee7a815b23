import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { askControl, serveControl } from '../../src/cli/dev/control-socket.js';
import { nodePaths } from '../../src/cli/dev/dev-dir.js';
import { NodeProcess } from '../../src/cli/dev/node-process.js';
import { errorEnvelope } from '../../src/cli/envelope.js';
import { failureOf } from '../../src/cli/exit-codes.js';
import { KvError } from '../../src/node/core/errors.js';

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'kv-dev-'));
});

afterEach(() => {
  rmSync(dir, { recursive: true, force: true });
});

const refusal = new KvError('KV_STORE_FAILED', 'The store in /n2 cannot be opened', {
  hints: ['kv node start --data-dir /n2 --accept-loss', 'kv status'],
});

/** What `kv node start -o ndjson` says when it cannot start. */
function told(error: KvError): readonly string[] {
  const document = errorEnvelope('node start', failureOf(error), 0);
  return [JSON.stringify(document), `Error: ${error.message}`];
}

function entry(msg: string): string {
  return JSON.stringify({ level: 'info', node: 'n2', msg });
}

/** Starts a process as n2 that prints lines and ends, and gives why that was no start. */
async function startThatSays(lines: readonly string[], exit: number): Promise<unknown> {
  const binary = join(dir, 'launcher.mjs');
  const text = JSON.stringify(lines.map((line) => `${line}\n`).join(''));
  writeFileSync(binary, `process.stdout.write(${text}, () => process.exit(${exit}));\n`);
  const node = new NodeProcess({
    ...{ dir, name: 'n2', binary, changed: () => undefined },
    ports: { client: 1, peer: 2, http: 3 },
  });
  return await node.start([]).catch((error: unknown) => error);
}

/** What an earlier run has left in the log of n2. */
function earlier(lines: readonly string[]): void {
  const { logFile } = nodePaths(dir, 'n2');
  mkdirSync(join(dir, 'n2'), { recursive: true });
  appendFileSync(logFile, lines.map((line) => `${line}\n`).join(''));
}

describe('a node of a local cluster that does not start', () => {
  it('fails with the error that it told, its code and its advice', async () => {
    const error = await startThatSays([entry('a compaction has begun'), ...told(refusal)], 74);

    expect(error).toMatchObject({
      code: 'KV_STORE_FAILED',
      message: 'n2 did not start: The store in /n2 cannot be opened',
      hints: refusal.hints,
    });
  });

  it('is not told with what an earlier run said', async () => {
    earlier([...told(refusal), entry('n2 has drained')]);
    const taken = new KvError('KV_ADDRESS_IN_USE', 'cannot listen on 127.0.0.1:7402');

    expect(await startThatSays(told(taken), 73)).toMatchObject({
      code: 'KV_ADDRESS_IN_USE',
      message: 'n2 did not start: cannot listen on 127.0.0.1:7402',
      hints: [],
    });
  });

  it('is told with the last lines of its log when it has not said why', async () => {
    earlier([...told(refusal), entry('n2 has drained')]);

    expect(await startThatSays([entry('starting'), 'Segmentation fault'], 139)).toMatchObject({
      code: 'KV_NOT_READY',
      message: 'n2 ended: starting | Segmentation fault',
      hints: [`tail ${nodePaths(dir, 'n2').logFile}`],
    });
    expect(await startThatSays([], 1)).toMatchObject({ message: 'n2 ended' });
  });

  it('is told through the supervisor with its code and its advice', async () => {
    const socket = join(dir, 'control.sock');
    const server = await serveControl(socket, () => Promise.reject(refusal));
    try {
      await expect(askControl(socket, { op: 'start', node: 'n2' })).rejects.toMatchObject({
        code: 'KV_STORE_FAILED',
        message: refusal.message,
        hints: refusal.hints,
      });
    } finally {
      server.close();
    }
  });
});
