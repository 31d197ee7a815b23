import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DEFAULT_NAMESPACE } from '../../src/node/core/metadata/namespaces.js';
import { Placement } from '../../src/node/core/ring/placement.js';
import { Ring } from '../../src/node/core/ring/ring.js';
import { slotOf } from '../../src/node/core/ring/token.js';
import { OwnerMap } from '../../src/node/core/topology/owners.js';
import { findLeftovers } from '../../src/node/store/clear/find-leftovers.js';
import { Pace } from '../../src/node/store/pace.js';
import { ClearUnderTest } from '../unit/node/store/clear/clear-harness.js';
import { keyToken, ringCase } from './arbitrary-rings.js';

const OWN = 'n0';

it('what is found as leftovers is every record of ranges of other nodes, and no range of the own', async () => {
  const tokens = fc.uniqueArray(keyToken, { maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(ringCase, tokens, async ({ members, replication }, held) => {
      const under = await ClearUnderTest.open();
      await Promise.all(held.map((token) => under.put({ token })));
      // One that lies behind all of them, in another namespace.
      await under.put({ namespace: 2, token: 0 });
      const ring = Ring.of(members);
      const owners = new OwnerMap(Placement.of(ring, replication), undefined);
      const view = { ring, ownersOf: (_: unknown, token: number) => owners.ownersOf(token) };
      // What nobody owns is nobody's leftover.
      const isOwn = (token: number): boolean => {
        const { write } = owners.ownersOf(token);
        return write.length === 0 || write.includes(OWN);
      };

      const pace = new Pace(under.clock, { restsPerWork: 1, bytesPerSecond: 1e9 });
      const search = { store: under.store, pace, ownId: OWN, view };
      const finding = findLeftovers(search, DEFAULT_NAMESPACE, new AbortController().signal);
      const runs = await under.scheduler.settle(finding, 60_000);

      const isFound = (token: number): boolean =>
        runs.some(({ from, to }) => slotOf(token) >= from && slotOf(token) < to);
      for (const token of held) expect(isFound(token)).toBe(!isOwn(token));
      for (const { start } of ring.ranges()) if (isOwn(start)) expect(isFound(start)).toBe(false);
      for (const [i, { from, to }] of runs.entries()) {
        expect(from).toBeLessThan(to);
        expect(from).toBeGreaterThan(runs[i - 1]?.to ?? -1);
      }
    }),
    { numRuns: 200 },
  );
});
