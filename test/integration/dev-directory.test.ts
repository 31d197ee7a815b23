import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { busyPorts } from '../../src/cli/dev/ports.js';
import { Supervisor } from '../../src/cli/dev/supervisor.js';
import { KvError } from '../../src/node/core/errors.js';

describe('the directory of a local cluster', () => {
  let dir: string;

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'kv-dev-'));
  });

  afterEach(() => {
    rmSync(dir, { recursive: true, force: true });
  });

  const supervisor = (fresh: boolean): Supervisor => {
    const unasked = (): never => {
      throw new KvError('KV_INTERNAL', 'no node may be asked before the directory is checked');
    };
    return new Supervisor({
      dir,
      nodes: 1,
      fresh,
      mode: 'foreground',
      binary: '/nonexistent',
      probe: { status: unasked, until: unasked },
      onDown: () => undefined,
    });
  };

  it.each([false, true])('is never one with files of others in it (--fresh %s)', async (fresh) => {
    mkdirSync(join(dir, 'n1'));
    writeFileSync(join(dir, 'n1', 'letter.txt'), 'mine');

    await expect(supervisor(fresh).start()).rejects.toMatchObject({ code: 'KV_DATA_DIR_UNUSABLE' });
    expect(existsSync(join(dir, 'n1', 'letter.txt'))).toBe(true);
  });

  it('keeps the ports of its members, and says which one is taken', async () => {
    const server = createServer();
    const port = await new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => {
        const address = server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
    mkdirSync(join(dir, 'n1', 'data'), { recursive: true });
    writeFileSync(join(dir, 'n1', 'data', 'identity.json'), '{}');
    const at = `127.0.0.1:${port}`;
    const node = { name: 'n1', state: 'stopped', listen: at, peer: at, http: at };
    const state = { version: 1, dir, pid: 1, mode: 'foreground', nodes: [node] };
    writeFileSync(join(dir, 'state.json'), JSON.stringify(state));
    try {
      expect(await busyPorts({ client: port, peer: port, http: port })).toContain(port);
      const start = supervisor(false).start();
      await expect(start).rejects.toMatchObject({ code: 'KV_ADDRESS_IN_USE' });
      await expect(start).rejects.toThrow(String(port));
    } finally {
      server.close();
    }
  });
});
