import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LIMITS } from '../../src/node/core/limits.js';
import type { DataReply } from '../../src/node/core/messages.js';
import type { PeerLink } from '../../src/node/env/transport.js';
import { nextTurn } from '../../src/node/io/turn.js';
import { openPeer, READ } from './grpc-fixtures.js';
import type { OpenPeer } from './grpc-fixtures.js';

function ask(link: PeerLink, remainingMs: number): Promise<DataReply> {
  return new Promise((resolve) => {
    link.data(READ, remainingMs, resolve);
  });
}

describe('a peer whose process is stopped', () => {
  let child: ChildProcess;
  let port: number;
  let asker: OpenPeer;

  beforeEach(async () => {
    asker = await openPeer('a');
    const program = fileURLToPath(new URL('peer-process.ts', import.meta.url));
    child = fork(program, [], { execArgv: ['--import', 'tsx'] });
    port = await new Promise<number>((resolve) => {
      child.once('message', (message) => {
        resolve(Number(message));
      });
    });
  });

  afterEach(async () => {
    child.kill('SIGCONT');
    child.disconnect();
    await asker.transport.close();
  });

  it('lets requests time out, holds up nobody else, and answers again on the same stream', async () => {
    const other = await openPeer('c');
    const stopped = asker.transport.link({ host: '127.0.0.1', port });
    const quick = asker.transport.link(other.address);
    expect((await ask(stopped, 5_000)).kind).toBe('value');
    child.kill('SIGSTOP');
    const late = Array.from({ length: 50 }, () => ask(stopped, 300));
    for (let i = 0; i < 50; i++) expect((await ask(quick, 5_000)).kind).toBe('value');
    for (const reply of await Promise.all(late))
      expect(reply).toMatchObject({ kind: 'failed', code: 'timeout' });
    expect(stopped.state()).toBe('ready');
    child.kill('SIGCONT');
    expect((await ask(stopped, 10_000)).kind).toBe('value');
    expect(stopped.state()).toBe('ready');
    await other.transport.close();
  });

  it('is unreachable for who dials it, and found when it goes on', async () => {
    child.kill('SIGSTOP');
    const link = asker.transport.link({ host: '127.0.0.1', port });
    const reply = await ask(link, 2 * LIMITS.dialMs);
    expect(reply).toMatchObject({ kind: 'failed', code: 'KV_UNREACHABLE' });
    expect(link.state()).toBe('broken');
    child.kill('SIGCONT');
    while (link.state() !== 'ready') await nextTurn();
    expect((await ask(link, 5_000)).kind).toBe('value');
  });
});
