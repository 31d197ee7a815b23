import { createServer, type AddressInfo, type Server } from 'node:net';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CommandEnd } from '../stage.js';
import { nodeArguments, startNode, type RealNode } from '../real-node.js';
import { Stage } from '../stage.js';

let stage: Stage;
let n1: RealNode;
let server: Server;
let taken: string;

beforeAll(async () => {
  stage = new Stage();
  n1 = await startNode(stage, 'n1', ['--init']);
  server = createServer((socket) => {
    // Whoever finds out that this is no node may be gone before it has heard so.
    socket.on('error', () => undefined);
    socket.end('220 not a node\r\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A server that listens on TCP has an AddressInfo.
  taken = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  server.close();
  await stage.clear();
});

/** Runs `kv node start` for a node that must not start. */
async function refused(name: string, extra: readonly string[]): Promise<CommandEnd> {
  return await stage.command(nodeArguments(stage, name, extra));
}

/** One line that says what, the code, what to do next, and no stack trace. */
function expectRefusal(
  { code, stderr }: CommandEnd,
  expected: { readonly code: string; readonly exit: number; readonly says: RegExp },
): void {
  const [first = ''] = stderr.split('\n');
  expect(first).toMatch(/^Error: /);
  expect(first).toMatch(expected.says);
  expect(stderr).toContain(expected.code);
  expect(stderr).toMatch(/^ {2}(next|try) /m);
  expect(stderr).not.toMatch(/^ {4}at /m);
  expect(code).toBe(expected.exit);
}

describe('kv node start is refused, with a code of its own, when', () => {
  it('a port is in use', async () => {
    const end = await refused('n9', ['--init', '--listen', taken]);
    expectRefusal(end, { code: 'KV_ADDRESS_IN_USE', exit: 73, says: new RegExp(taken) });
  });

  it('the port for HTTP is in use', async () => {
    const end = await refused('n9', ['--init', '--http-listen', taken]);
    expectRefusal(end, { code: 'KV_ADDRESS_IN_USE', exit: 73, says: new RegExp(taken) });
  });

  it('a file is in the path of the data directory', async () => {
    const file = join(stage.dir, 'file');
    writeFileSync(file, '');
    const end = await refused('n9', ['--init', '--data-dir', join(file, 'data')]);
    expectRefusal(end, { code: 'KV_DATA_DIR_UNUSABLE', exit: 73, says: /file.data/ });
  });

  it('another process uses the data directory', async () => {
    const end = await refused('n1', []);
    expectRefusal(end, { code: 'KV_DATA_DIR_LOCKED', exit: 73, says: /n1/ });
  });

  it('the directory is empty, and neither --init nor --join is given', async () => {
    const end = await refused('n9', []);
    expectRefusal(end, { code: 'KV_CONFIG_INVALID', exit: 78, says: /--init.*--join/ });
  });

  it('--join leads to something that is not a node', async () => {
    const end = await refused('n9', ['--join', taken]);
    expectRefusal(end, { code: 'KV_NOT_A_KV_NODE', exit: 69, says: new RegExp(taken) });
  });

  it('--init and --join are given together', async () => {
    const end = await refused('n9', ['--init', '--join', n1.ready.listen]);
    expectRefusal(end, { code: 'KV_CONFIG_INVALID', exit: 78, says: /--init.*--join/ });
  });

  it('a setting in a variable has no such name, and the nearest is named', async () => {
    const end = await stage.command(nodeArguments(stage, 'n9', ['--init']), {
      env: { KV_NODE_LISTN: '127.0.0.1:0' },
    });
    expectRefusal(end, {
      code: 'KV_CONFIG_INVALID',
      exit: 78,
      says: /KV_NODE_LISTN.*did you mean KV_NODE_LISTEN\?/,
    });
  });

  it('a value is not what the setting takes', async () => {
    const end = await refused('n9', ['--init', '--vnodes', 'many']);
    expectRefusal(end, { code: 'KV_CONFIG_INVALID', exit: 78, says: /--vnodes: "many".*1 to 256/ });
  });
});

describe('a configuration file', () => {
  const withConfig = async (content: string): Promise<CommandEnd> => {
    const file = join(stage.dir, 'kv.toml');
    writeFileSync(file, content);
    return await refused('n9', ['--init', '--config', file]);
  };

  it('that is garbled is refused, with the place', async () => {
    const end = await withConfig('listen = "127.0.0.1:0\n[');
    expectRefusal(end, { code: 'KV_CONFIG_INVALID', exit: 78, says: /kv\.toml/ });
  });

  it('with an unknown key is refused, and the nearest is named', async () => {
    const end = await withConfig('log-levl = "debug"\n');
    expectRefusal(end, {
      code: 'KV_CONFIG_INVALID',
      exit: 78,
      says: /log-levl.*did you mean log-level\?/,
    });
  });

  it('that is not there is refused', async () => {
    const end = await refused('n9', ['--init', '--config', join(stage.dir, 'none.toml')]);
    expectRefusal(end, { code: 'KV_CONFIG_INVALID', exit: 78, says: /none\.toml/ });
  });
});

describe('the directory of a node that belongs to a cluster', () => {
  /** A copy of it, taken while the node runs: enough to be recognized. */
  const copyOf = (name: string): readonly string[] => {
    const copy = join(stage.dir, `${name}-copy`);
    mkdirSync(copy);
    for (const file of ['FORMAT', 'identity.json', 'boot', 'meta'])
      cpSync(join(n1.ready.dataDir, file), join(copy, file), { recursive: true });
    return ['--data-dir', copy];
  };

  it('is not initialized again', async () => {
    const end = await refused('n1', [...copyOf('again'), '--init']);
    expectRefusal(end, { code: 'KV_ALREADY_INITIALIZED', exit: 78, says: /n1 of cluster/ });
  });

  it('does not join another cluster', async () => {
    const other = await startNode(stage, 'other', ['--init']);
    const end = await refused('n1', [...copyOf('mismatch'), '--join', other.ready.listen]);
    expectRefusal(end, {
      code: 'KV_CLUSTER_MISMATCH',
      exit: 78,
      says: new RegExp(`${n1.ready.clusterId}.*${other.ready.clusterId}`),
    });
    await other.process.kill();
  });

  it('does not start under another name', async () => {
    const end = await refused('n2', copyOf('renamed'));
    expectRefusal(end, { code: 'KV_CONFIG_INVALID', exit: 78, says: /belongs to n1.*as n2/ });
  });

  it('tells programs the same as a document', async () => {
    const args = nodeArguments(stage, 'n1', [...copyOf('json'), '--init']);
    const { code, document, stderr } = await stage.json(args);
    expect(document).toMatchObject({
      schemaVersion: 1,
      command: 'node start',
      error: { code: 'KV_ALREADY_INITIALIZED', exit: 78 },
    });
    expect(code).toBe(78);
    expect(stderr).toMatch(/^Error: .*\n$/);
  });
});
