import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RealCluster } from '../real-cluster.js';
import { spawnNode } from '../real-node.js';
import { Stage } from '../stage.js';
import type { StagedProcess } from '../staged-process.js';

let stage: Stage;
let cluster: RealCluster;

beforeAll(async () => {
  stage = new Stage();
  cluster = await RealCluster.start(stage, 3);
  const put = await stage.command(['put', 'k', 'v', '-c', 'all', '-e', cluster.endpoints()]);
  expect(put.code).toBe(0);
});

afterAll(async () => {
  await stage.clear();
});

const data = (name: string): string => join(stage.dir, name);

/** Puts an image in the place of the data directory of n3. */
function putBack(image: string): void {
  rmSync(data('n3'), { recursive: true });
  cpSync(data(image), data('n3'), { recursive: true });
}

/** It ends by itself, with the code of a configuration error, and says which. */
async function expectEnd(process: StagedProcess, code: string): Promise<void> {
  expect(await process.ended).toEqual({ code: 78, signal: null });
  expect(process.stderr).toContain(code);
  expect(process.stderr).toMatch(/^ {2}next /m);
}

describe('two processes on copies of one data directory', () => {
  it('are both refused by the others, which go on', async () => {
    const { process } = cluster.node('n3');
    process.signal('SIGTERM');
    await process.ended;
    cpSync(data('n3'), data('n3-copy'), { recursive: true });
    const original = await cluster.startNode('n3');
    await cluster.settled();
    const copy = spawnNode(stage, 'n3', ['--data-dir', data('n3-copy')]);
    await Promise.all([expectEnd(original.process, 'KV_CLONE'), expectEnd(copy, 'KV_CLONE')]);

    const put = await stage.json(['put', 'k', 'w', '-e', cluster.endpoints()]);
    const { acks } = put.document.result as { acks: string[] };
    expect([...acks].sort()).toEqual(['n1', 'n2']);
  });

  it('leave the original usable once it is started alone', async () => {
    await cluster.startNode('n3');
    await cluster.settled();
  });
});

describe('an old image of a data directory', () => {
  it('is refused by those who have seen more of the node', async () => {
    cpSync(data('n3'), data('n3-image'), { recursive: true });
    for (let i = 0; i < 2; i++) {
      await cluster.node('n3').process.kill();
      await cluster.startNode('n3');
      await cluster.settled();
    }
    await cluster.node('n3').process.kill();
    putBack('n3-image');
    await expectEnd(spawnNode(stage, 'n3', []), 'KV_ROLLED_BACK');
  });

  it('is refused also after all of them were stopped: they remember what they have seen', async () => {
    const others = ['n1', 'n2'].map((name) => cluster.node(name));
    for (const { process } of others) process.signal('SIGTERM');
    await Promise.all(others.map(({ process }) => process.ended));
    // Where they were, as nobody is left who could tell where they are now.
    await Promise.all(
      others.map(({ ready }) => cluster.startNode(ready.name, ['--peer-listen', ready.peer])),
    );
    putBack('n3-image');
    await expectEnd(spawnNode(stage, 'n3', []), 'KV_ROLLED_BACK');
  });
});
