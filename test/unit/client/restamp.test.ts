import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { WriteResult } from '../../../src/client/client.js';
import { KvError } from '../../../src/node/core/errors.js';
import { LIMITS } from '../../../src/node/core/limits.js';
import {
  compareVersions,
  formatVersion,
  type Version,
} from '../../../src/node/core/version/version.js';
import { assert } from '../../../src/stdx/assert.js';
import { utf8Encode } from '../../../src/stdx/bytes.js';
import {
  acknowledged,
  ScriptedNodes,
  supersededBy,
  versionOf,
  type Asked,
  type Script,
} from './scripted-nodes.js';

const KEY = utf8Encode('k');
const VALUE = utf8Encode('v');

/** A version of somebody whose clock is so far ahead of that of the client. */
function ahead({ request }: Asked, byMs = 400): Version {
  return { ms: versionOf(request).ms + byMs, logical: 3, writerHi: 7, writerLo: 7 };
}

async function put(
  script: Script,
  options: { readonly trace?: boolean; readonly timeoutMs?: number } = {},
): Promise<{ readonly nodes: ScriptedNodes; readonly result: WriteResult | KvError }> {
  const nodes = new ScriptedNodes(script);
  return { nodes, result: await nodes.end(nodes.client.put(KEY, VALUE, options)) };
}

function written(result: WriteResult | KvError): WriteResult {
  if (result instanceof KvError) throw result;
  return result;
}

/** What the operation failed with. */
function failed(result: WriteResult | KvError): KvError {
  if (result instanceof KvError) return result;
  throw new Error('it succeeded');
}

describe('a write that is superseded', () => {
  it('is stamped again above what superseded it, and sent to the same node at once', async () => {
    const { nodes, result } = await put((asked, number) =>
      number === 0 ? supersededBy(ahead(asked), 'unknown') : acknowledged(asked),
    );
    const [first, second] = nodes.stamps();
    assert(first !== undefined && second !== undefined, 'it was sent twice');
    expect(nodes.asked.map(({ node }) => node)).toEqual(['n1', 'n1']);
    expect(compareVersions(second, ahead(nodes.asked[0]!))).toBeGreaterThan(0);
    expect(second).toMatchObject({ writerHi: first.writerHi, writerLo: first.writerLo });
    expect(result).toMatchObject({ kind: 'written', version: second });
    expect(nodes.scheduler.nowMs()).toBeLessThan(5);
  });

  it('lifts the clock of its client, so that the next write is above it from the start', async () => {
    const { nodes } = await put((asked, number) =>
      number === 0 ? supersededBy(ahead(asked)) : acknowledged(asked),
    );
    await nodes.end(nodes.client.delete(KEY));
    expect(nodes.asked).toHaveLength(3);
    expect(nodes.stamps().toSorted(compareVersions)).toEqual(nodes.stamps());
  });

  it('shows in the trace what superseded it', async () => {
    const { nodes, result } = await put(
      (asked, number) => (number === 0 ? supersededBy(ahead(asked)) : acknowledged(asked)),
      { trace: true },
    );
    const newer = formatVersion(ahead(nodes.asked[0]!));
    expect(written(result).trace?.steps).toMatchObject([
      { node: 'client', what: 'restamp', note: `a newer version ${newer} exists` },
      { node: 'n1', what: 'write' },
    ]);
  });

  it('keeps its stamp once an attempt has an unknown outcome, and says why it ended', async () => {
    const { nodes, result } = await put((asked, number) =>
      number === 0 ? undefined : supersededBy(ahead(asked)),
    );
    expect(nodes.asked.map(({ node }) => node)).toEqual(['n1', 'n2']);
    expect(nodes.stamps()[1]).toEqual(nodes.stamps()[0]);
    const error = failed(result);
    expect(error).toMatchObject({ code: 'KV_WRITE_TIMEOUT', outcome: 'unknown' });
    expect(error.message).toContain(
      'it was not stamped again: an earlier attempt may have been acknowledged',
    );
  });

  it('keeps its second stamp, too, once an attempt with it has an unknown outcome', async () => {
    const { nodes, result } = await put((asked, number) =>
      number === 1 ? undefined : supersededBy(ahead(asked)),
    );
    expect(nodes.asked).toHaveLength(3);
    expect(nodes.stamps()[2]).toEqual(nodes.stamps()[1]);
    expect(failed(result)).toMatchObject({ code: 'KV_WRITE_TIMEOUT', outcome: 'unknown' });
  });

  it.each(['unknown', 'not_applied'] as const)(
    'and then refused is %s, as what the first stamp came to',
    async (outcome) => {
      const { result } = await put((asked, number) =>
        number === 0
          ? supersededBy(ahead(asked), outcome)
          : new KvError('KV_UNAVAILABLE', 'too few replicas'),
      );
      const code = outcome === 'unknown' ? 'KV_WRITE_TIMEOUT' : 'KV_UNAVAILABLE';
      expect(failed(result)).toMatchObject({ code, outcome });
    },
  );

  it.each(['unknown', 'not_applied'] as const)(
    'again and again ends after a bounded number of stamps, %s',
    async (outcome) => {
      const { nodes, result } = await put((asked) => supersededBy(ahead(asked, 1), outcome));
      expect(nodes.asked).toHaveLength(LIMITS.restamps + 1);
      const code = outcome === 'unknown' ? 'KV_WRITE_TIMEOUT' : 'KV_SUPERSEDED';
      expect(failed(result)).toMatchObject({ code, outcome });
    },
  );

  it('is not stamped again after its deadline', async () => {
    const { nodes, result } = await put((asked) => supersededBy(ahead(asked, 1)), {
      timeoutMs: 4,
    });
    expect(nodes.asked).toHaveLength(4);
    expect(failed(result).message).toContain('it was not stamped again: the time is over');
  });

  it('by nobody knows what is not sent again', async () => {
    const { nodes, result } = await put(() => new KvError('KV_SUPERSEDED', 'superseded'));
    expect(nodes.asked).toHaveLength(1);
    expect(failed(result).code).toBe('KV_SUPERSEDED');
  });
});

/** What a node may do with an attempt. */
type Step =
  | 'superseded'
  | 'left-behind'
  | 'silent'
  | 'refused'
  | 'unavailable'
  | 'overloaded'
  | 'acknowledged';

const STEPS: readonly Step[] = [
  'superseded',
  'left-behind',
  'silent',
  'refused',
  'unavailable',
  'overloaded',
  'acknowledged',
];

/** After these a replica may hold the stamp that was sent. */
const MAY_APPLY: ReadonlySet<Step> = new Set(['left-behind', 'silent', 'overloaded']);

function scripted(steps: readonly Step[]): Script {
  return (asked, number) => {
    switch (steps[number] ?? 'acknowledged') {
      case 'superseded':
        return supersededBy(ahead(asked));
      case 'left-behind':
        return supersededBy(ahead(asked), 'unknown');
      case 'silent':
        return undefined;
      case 'refused':
        return new KvError('KV_NOT_READY', 'it drains');
      case 'unavailable':
        return new KvError('KV_UNAVAILABLE', 'too few replicas');
      case 'overloaded':
        return new KvError('KV_OVERLOADED', 'full', { outcome: 'unknown' });
      case 'acknowledged':
        return acknowledged(asked);
    }
  };
}

describe('any write, whatever nodes answer', () => {
  it('gets a new stamp only right after it was superseded, above that, and never after an unknown outcome', async () => {
    let restamps = 0;
    let kept = 0;
    const scripts = fc.array(fc.constantFrom(...STEPS), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(scripts, async (steps) => {
        const { nodes, result } = await put(scripted(steps));
        const stamps = nodes.stamps();
        const done = stamps.map((_, i) => steps[i] ?? 'acknowledged');
        let unknown = false;
        for (const [i, stamp] of stamps.slice(1).entries()) {
          unknown ||= done[i] === 'silent' || done[i] === 'overloaded';
          const superseded = done[i] === 'superseded' || done[i] === 'left-behind';
          // After an unknown outcome a superseded write has ended.
          expect(superseded && unknown).toBe(false);
          if (superseded) {
            restamps += 1;
            expect(compareVersions(stamp, ahead(nodes.asked[i]!))).toBeGreaterThan(0);
          } else {
            kept += 1;
            expect(stamp).toEqual(stamps[i]);
          }
        }
        if (!(result instanceof KvError)) {
          expect(result.version).toEqual(stamps.at(-1));
          return;
        }
        const mayApply = done.some((step) => MAY_APPLY.has(step));
        expect(result.outcome).toBe(mayApply ? 'unknown' : 'not_applied');
      }),
      { numRuns: 300 },
    );
    expect(restamps).toBeGreaterThan(50);
    expect(kept).toBeGreaterThan(50);
  });
});
