import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { settingsOf } from '../../../src/cli/node-flags.js';
import { startAgain } from '../../../src/cli/start-again.js';

const dataDir = './kv-data/n2';

function again(
  flags: Readonly<Record<string, unknown>>,
  env: Readonly<Record<string, string>> = {},
): string {
  return startAgain(settingsOf(flags, env), { dataDir, file: undefined });
}

describe('the command that starts a node again', () => {
  it('has the flags that the node was started with, so that it keeps its name and its ports', () => {
    const flags = { name: 'n2', listen: '10.0.0.2:7500', 'data-dir': '/var/kv/n2' };

    expect(again(flags)).toBe(
      'kv node start --name n2 --data-dir /var/kv/n2 --listen 10.0.0.2:7500',
    );
  });

  it('quotes what a shell would take apart', () => {
    expect(again({ 'data-dir': "/it's/my data" })).toBe(
      `kv node start --data-dir '/it'\\''s/my data'`,
    );
  });

  it('names the directory that was chosen when none was given', () => {
    expect(again({ name: 'n2' })).toBe('kv node start --data-dir ./kv-data/n2 --name n2');
  });

  it('has what variables said as flags: another shell may not have them', () => {
    expect(again({ name: 'n2' }, { KV_NODE_NAME: 'other', KV_NODE_HTTP_LISTEN: ':9001' })).toBe(
      'kv node start --data-dir ./kv-data/n2 --name n2 --http-listen :9001',
    );
  });

  it('leaves out what is for the first start of a node alone', () => {
    expect(again({ init: true, 'cluster-name': 'shop', join: 'a:1', rack: 'r2' })).toBe(
      'kv node start --data-dir ./kv-data/n2 --rack r2',
    );
  });

  it('names the file that settings came from, and not what is in it', () => {
    const dir = mkdtempSync(join(tmpdir(), 'kv-again-'));
    const file = join(dir, 'n2.toml');
    try {
      writeFileSync(file, 'name = "n2"\nlisten = "127.0.0.1:7500"\ndata-dir = "/var/kv/n2"\n');
      const settings = settingsOf({ config: file, listen: '127.0.0.1:7600' }, {});

      expect(startAgain(settings, { dataDir: '/var/kv/n2', file })).toBe(
        `kv node start --config ${file} --listen 127.0.0.1:7600`,
      );
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});
