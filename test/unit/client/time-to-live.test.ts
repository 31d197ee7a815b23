import { expect, it } from 'vitest';
import { utf8Encode } from '../../../src/stdx/bytes.js';
import { acknowledged, ScriptedNodes } from './scripted-nodes.js';

it.each([0, -1, 1.5, Number.NaN, 2 ** 48, 86_400_000 * 999_999_999])(
  'a value that cannot live %d ms is refused before anything is sent',
  async (ttlMs) => {
    const nodes = new ScriptedNodes(acknowledged);
    const put = nodes.client.put(utf8Encode('k'), utf8Encode('v'), { ttlMs });
    expect(await nodes.end(put)).toMatchObject({ code: 'KV_USAGE' });
    expect(nodes.asked).toEqual([]);
  },
);

it('a value that can live to the end of time is written', async () => {
  const nodes = new ScriptedNodes(acknowledged);
  const ttlMs = 2 ** 48 - 1 - nodes.process.wallMs();
  const put = nodes.client.put(utf8Encode('k'), utf8Encode('v'), { ttlMs });
  expect(await nodes.end(put)).toMatchObject({ kind: 'written' });
});
