import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chooseEndpoints } from '../../../src/cli/endpoints.js';
import { unreachableError } from '../../../src/cli/unreachable-error.js';
import { KvError } from '../../../src/node/core/errors.js';

const local = { host: '127.0.0.1', port: 7400 };

describe('the nodes to ask', () => {
  let home: string;

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'kv-endpoints-'));
    await mkdir(join(home, 'kv/dev'), { recursive: true });
  });

  afterAll(async () => {
    await rm(home, { recursive: true });
  });

  const record = async (state: object): Promise<void> =>
    await writeFile(join(home, 'kv/dev/state.json'), JSON.stringify(state));
  const node = (name: string, pid: number | undefined, listen: string) => ({
    ...{ name, pid, state: 'running', listen },
    ...{ peer: '127.0.0.1:8401', http: '127.0.0.1:9401' },
  });

  it('are those that are given, in their order', () => {
    expect(chooseEndpoints('n1:7401, [::1]:7402', {})).toEqual({
      endpoints: [
        { host: 'n1', port: 7401 },
        { host: '::1', port: 7402 },
      ],
      named: true,
    });
  });

  it('are the default one when nothing else is known', () => {
    const env = { XDG_STATE_HOME: join(home, 'none') };

    expect(chooseEndpoints(undefined, env)).toEqual({ endpoints: [local], named: false });
  });

  it('are also the living nodes of the local cluster', async () => {
    await record({
      ...{ version: 1, dir: home, pid: process.pid, mode: 'background' },
      nodes: [
        node('n1', process.pid, '127.0.0.1:7401'),
        node('n2', undefined, '127.0.0.1:7402'),
        node('n3', process.pid, 'nonsense'),
      ],
    });

    expect(chooseEndpoints(undefined, { XDG_STATE_HOME: home }).endpoints).toEqual([
      local,
      { host: '127.0.0.1', port: 7401 },
    ]);
  });

  it.each(['', '{"version":1', '{}', '{"version":1,"pid":1,"nodes":[{}]}'])(
    'do not depend on what %j means',
    async (text) => {
      await writeFile(join(home, 'kv/dev/state.json'), text);

      expect(chooseEndpoints(undefined, { XDG_STATE_HOME: home }).endpoints).toEqual([local]);
    },
  );

  it.each(['n1', 'n1:', ':7401', 'n1:70000', 'n1:7401,', 'n1:0', 'http://n1:7401'])(
    'cannot be %j',
    (text) => {
      expect(() => chooseEndpoints(text, {})).toThrow(
        expect.objectContaining({ code: 'KV_USAGE' }),
      );
    },
  );
});

describe('a cluster that did not answer', () => {
  const refused = new KvError('KV_UNREACHABLE', '127.0.0.1:7400: connection refused');

  it('leads to how to start one when no endpoint was named', () => {
    expect(unreachableError(refused, false)).toMatchObject({
      code: 'KV_UNREACHABLE',
      message: 'no node answered: 127.0.0.1:7400: connection refused',
      hints: ['kv dev up', 'give -e HOST:PORT'],
    });
  });

  it('leads nowhere else when one was', () => {
    expect(unreachableError(refused, true).hints).toEqual([]);
  });

  it('keeps the words of an error that says what happened to a key', () => {
    const error = new KvError('KV_UNREACHABLE', 'k was not read: n1:7400: no answer');

    expect(unreachableError(error, true).message).toBe(error.message);
  });
});
