import { afterEach, beforeEach, describe, it } from 'vitest';
import { FailureDetector } from '../../../src/node/core/membership/failure-detector.js';
import { Membership } from '../../../src/node/membership/membership.js';
import { EntryHerald } from '../../../src/node/metadata/entry-herald.js';
import { expectCaught, inMethod, type Hunt } from './find-violation.js';

/** A node stands still until the others hold it for down, and comes back. */
const RUN: Omit<Hunt, 'plant'> = {
  rule: 'assertion',
  seeds: 1,
  nodes: 3,
  minutes: 0.3,
  faults: [{ atMs: 2_000, fault: { kind: 'pause', machine: 'n1', forMs: 10_000 } }],
};

const defect = (): Error => new TypeError("Cannot read properties of undefined (reading 'id')");

describe('a defect is caught, when', { timeout: 120_000 }, () => {
  let listeners: NodeJS.UnhandledRejectionListener[] = [];

  // The runner of these tests takes a rejection that nobody handles for a failure of its own.
  beforeEach(() => {
    listeners = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection');
  });

  afterEach(() => {
    for (const listener of listeners) process.on('unhandledRejection', listener);
  });

  it('a timer throws', async () => {
    await expectCaught({
      ...RUN,
      plant: inMethod(
        FailureDetector.prototype,
        'tick',
        (tick) =>
          function (this: FailureDetector, nowMs) {
            if (this.liveness().some(([, state]) => state === 'down')) throw defect();
            return tick.call(this, nowMs);
          },
      ),
    });
  });

  it('a promise is rejected that nobody waits for', async () => {
    await expectCaught({
      ...RUN,
      plant: inMethod(EntryHerald.prototype, 'tell', () => () => Promise.reject(defect())),
    });
  });

  it('the answer to a peer throws', async () => {
    await expectCaught({
      ...RUN,
      plant: inMethod(
        Membership.prototype,
        'handleControl',
        (handleControl) =>
          async function (this: Membership, from, ...rest) {
            if (rest[0].kind === 'probe-for') throw defect();
            return await handleControl.call(this, from, ...rest);
          },
      ),
    });
  });
});
