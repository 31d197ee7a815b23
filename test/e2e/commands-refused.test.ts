import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { ERRORS } from '../../src/node/core/errors.js';
import { runKv } from './kv-process.js';

interface ErrorDocument {
  readonly schemaVersion: number;
  readonly command: string;
  readonly error: Readonly<Record<string, unknown>>;
}

/** Runs a command that must fail, as text and as JSON, and checks that both say the same. */
async function refused(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const end = args.includes('--') ? args.indexOf('--') : args.length;
  const [text, json] = await Promise.all([
    runKv(args, { env }),
    runKv([...args.slice(0, end), '--json', ...args.slice(end)], { env }),
  ]);
  expect(text.stdout).toBe('');
  expect(text.stderr).toMatch(/^Error: .+\n/);
  expect(text.stderr).not.toMatch(/^ +at .*:\d+/m);
  expect(json.code).toBe(text.code);
  expect(json.stderr).toBe(`${text.stderr.split('\n')[0] ?? ''}\n`);
  // The one document on standard output; its shape is asserted below.
  const document = JSON.parse(json.stdout) as ErrorDocument;
  expect(document).toMatchObject({ schemaVersion: 1, error: { exit: text.code } });
  expect(text.stderr).toContain(`  code     ${String(document.error['code'])} `);
  return { code: text.code, stderr: text.stderr, document };
}

/** Listens on a free port until `use` has ended. */
async function listening<T>(server: Server, use: (endpoint: string) => Promise<T>): Promise<T> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    return await use(`127.0.0.1:${port}`);
  } finally {
    server.close();
  }
}

type Refusal = readonly [args: readonly string[], code: keyof typeof ERRORS, says: string];

const refusals: readonly Refusal[] = [
  [['get', ''], 'KV_KEY_INVALID', 'the key is empty'],
  [['put', 'x'.repeat(2049), 'v'], 'KV_KEY_INVALID', 'the key has 2049 bytes'],
  [['get', 'zz', '--key-encoding', 'hex'], 'KV_USAGE', 'is not hex'],
  [['put', 'k', 'v', '-c', 'qourum'], 'KV_LEVEL_UNKNOWN', 'did you mean quorum?'],
  [['put', 'k', 'v', '-c', 'serial'], 'KV_LEVEL_NOT_HERE', 'serial'],
  [['put', 'k'], 'KV_USAGE', 'no VALUE is given'],
  [['put', 'k', 'v', '--ttl', '0s'], 'KV_USAGE', 'no length of time'],
  [['put', 'k', 'v', '--ttl', '999999999d'], 'KV_USAGE', '999999999d is not possible'],
  [['put', 'k', '--file', '/nonexistent'], 'KV_USAGE', 'there is none'],
  [['get'], 'KV_USAGE', 'missing KEY'],
  [['ring', 'simulate'], 'KV_USAGE', 'use --add, --remove, or both'],
  [['ring', 'simulate', '--add', '101'], 'KV_USAGE', '--add takes a number from 1 to 100'],
  [['ring', 'simulate', '--add', '1', '--vnodes', '0'], 'KV_USAGE', '--vnodes takes a number'],
  [['get', 'k', '--consistancy', 'one'], 'KV_USAGE', 'did you mean --consistency?'],
  [['get', 'k', '--raw', '--hex'], 'KV_USAGE', 'exclude each other'],
  [['get', '--', '-x', '--json'], 'KV_UNREACHABLE', ''],
  [['status', '-o', 'xml'], 'KV_USAGE', 'table, wide, json, ndjson'],
  [['status', '--timeout', 'soon'], 'KV_USAGE', '"soon" is no length of time'],
  [['status', '-e', 'localhost'], 'KV_USAGE', 'HOST:PORT'],
  [['status', 'now'], 'KV_USAGE', 'unexpected argument: now'],
  [['ring', 'owners', 'a', 'b'], 'KV_USAGE', 'unexpected argument: b'],
  [['explain', 'KV_UNAVALABLE'], 'KV_USAGE', 'did you mean KV_UNAVAILABLE?'],
  [['node', 'start', '--confirm', 'n3'], 'KV_USAGE', 'Error: --confirm needs --accept-loss\n'],
  [['hints', 'purge'], 'KV_USAGE', 'missing NODE'],
  [['dashboard'], 'KV_NO_TERMINAL', 'kv status -w'],
];

describe('a command line that is wrong', () => {
  it.each(refusals)('%j is refused with %s', async (args, code, says) => {
    // Nothing listens on port 1; a line that is wrong must not get that far.
    const env = { KV_ENDPOINTS: '127.0.0.1:1' };
    const { code: exit, stderr, document } = await refused(args, env);

    expect(document.error['code']).toBe(code);
    expect(exit).toBe(ERRORS[code].exit);
    expect(stderr).toContain(says);
  });

  it('may also be wrong in the environment', async () => {
    const { stderr, code } = await refused(['status'], { KV_TIMEOUT: 'soon' });

    expect(code).toBe(2);
    expect(stderr).toContain('KV_TIMEOUT');
  });

  it('does not keep bytes that Node.js has lost', async () => {
    const { stderr, code } = await refused(['put', 'k', 'a\uFFFD']);

    expect(code).toBe(2);
    expect(stderr).toContain('--file');
  });
});

describe('an unknown command', () => {
  it.each([
    [['statsu'], 'kv status'],
    [['ring', 'ownrs'], 'kv ring owners'],
    [['owners'], 'kv ring owners'],
    [['gossip', 'matrx'], 'kv gossip matrix'],
    [['xyzzy'], 'kv help'],
  ])('%j ends with 127 and names %s', async (args, near) => {
    const { code, stderr } = await refused(args);

    expect(code).toBe(127);
    expect(stderr).toContain(`  try      ${near}`);
  });

  it('is one also where help is asked for', async () => {
    const { code, stderr } = await runKv(['help', 'statsu']);

    expect(code).toBe(127);
    expect(stderr).toContain('kv status');
  });
});

describe('an endpoint', () => {
  it('where nobody listens is unreachable, and named', async () => {
    const { code, stderr } = await refused(['status', '-e', '127.0.0.1:1']);

    expect(code).toBe(69);
    expect(stderr).toContain('no node answered: 127.0.0.1:1: connection refused');
  });

  it('that is a web server is not a kv node', async () => {
    const web = createHttpServer((_request, response) => response.end('hello'));
    await listening(web, async (endpoint) => {
      const { code, stderr, document } = await refused(['status', '-e', endpoint]);

      expect(code).toBe(69);
      expect(document.error['code']).toBe('KV_NOT_A_KV_NODE');
      expect(stderr).toContain(endpoint);
    });
  });

  it('that says nothing is given up after the dial timeout', async () => {
    const mute = createServer((socket) => socket.resume().on('error', () => undefined));
    await listening(mute, async (endpoint) => {
      const { code, stderr } = await refused([
        ...['get', 'k', '-e', endpoint],
        ...['--dial-timeout', '200ms', '--timeout', '500ms'],
      ]);

      expect(code).toBe(69);
      expect(stderr).toContain(`k was not read: ${endpoint}: `);
    });
  });
});

describe('help', () => {
  it.each(['get', 'put', 'delete', 'exists', 'status', 'dashboard', 'explain', 'ring show'])(
    'of %s has examples, and fits 80 columns',
    async (command) => {
      const { code, stdout } = await runKv([...command.split(' '), '--help']);

      expect(code).toBe(0);
      expect(stdout).toContain(`EXAMPLES\n  $ kv ${command}`);
      expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
    },
  );
});

describe('explain', () => {
  it('prints the row of a code', async () => {
    const text = await runKv(['explain', 'unavailable']);
    const json = await runKv(['explain', 'KV_UNAVAILABLE', '-o', 'ndjson']);

    expect(text.stdout).toMatch(/^KV_UNAVAILABLE\n {2}means {4}Too few replicas/);
    expect(JSON.parse(json.stdout)).toMatchObject({
      command: 'explain',
      result: { code: 'KV_UNAVAILABLE', exit: 75, retryable: true },
    });
  });
});
