import { beforeEach, describe, expect, it } from 'vitest';
import { KvError } from '../../../../src/node/core/errors.js';
import type { EventSink } from '../../../../src/node/services.js';
import { NodeReadiness } from '../../../../src/node/status/node-readiness.js';

let told: string[];
let changes: number;
let readiness: NodeReadiness;

beforeEach(() => {
  told = [];
  changes = 0;
  const events: EventSink = {
    emit: ({ severity, message }) => {
      told.push(`${severity}: ${message}`);
    },
  };
  readiness = new NodeReadiness(events);
  readiness.subscribe(() => {
    changes += 1;
  });
});

describe('a node that was drained', () => {
  beforeEach(() => {
    readiness.ready();
    readiness.setDrained(true);
  });

  it('refuses clients, who may go elsewhere, and nobody else', () => {
    expect(readiness.notReady()).toBeUndefined();
    expect(readiness.refusesClients()).toMatchObject({
      code: 'KV_NOT_READY',
      message: 'the node was drained: it takes no clients, and goes on as a replica',
    });
  });

  it('tells of it once, and of the end of it', () => {
    readiness.setDrained(true);
    readiness.setDrained(false);
    expect(readiness.refusesClients()).toBeUndefined();
    expect(told).toEqual(['warn: drained: takes no clients', 'info: takes clients again']);
    expect(changes).toBe(3);
  });

  it('says that it is about to stop when it is', () => {
    readiness.drain();
    expect(readiness.refusesClients()?.message).toContain('it will stop soon');
  });
});

describe('a node that is no member any more', () => {
  it('sends clients elsewhere: for them nothing is over', () => {
    readiness.ready();
    readiness.fail(new KvError('KV_IDENTITY_REMOVED', 'n4 has left'));
    expect(readiness.notReady()?.code).toBe('KV_IDENTITY_REMOVED');
    const refusal = readiness.refusesClients();
    expect(refusal).toMatchObject({ code: 'KV_NOT_READY', message: 'n4 has left' });
    expect(refusal?.row.retryable).toBe(true);
  });

  it('unlike one whose store has failed, which says so', () => {
    readiness.ready();
    readiness.fail(new KvError('KV_STORE_FAILED', 'no space'));
    expect(readiness.refusesClients()?.code).toBe('KV_STORE_FAILED');
  });
});
