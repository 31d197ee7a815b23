import { REPAIR_EXAMPLES } from './repair-examples.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KvError } from '../../src/node/core/errors.js';
import { LIMITS } from '../../src/node/core/limits.js';
import type { DataReply, DataRequest } from '../../src/node/core/messages.js';
import type { PeerAddress, PeerLink, Transport } from '../../src/node/env/transport.js';
import { assert } from '../../src/stdx/assert.js';
import { read, STAMP, TestNode, write } from './transport-node.js';

/** A network on which transports are opened, and the time that passes there. */
export interface TransportWorld {
  /** A transport that accepts peers, at a fresh address or at one that was closed before. */
  open(address?: PeerAddress): Promise<{ transport: Transport; address: PeerAddress }>;
  /** Lets time pass until the condition holds. */
  until(condition: () => boolean): Promise<void>;
  close(): Promise<void>;
}

/** What every transport between nodes promises. */
export function transportConformance(name: string, makeWorld: () => Promise<TransportWorld>): void {
  describe(`${name} as a transport`, () => {
    let world: TransportWorld;
    let asker: TestNode;
    let answerer: TestNode;
    let link: PeerLink;
    let answering: Transport;

    beforeEach(async () => {
      world = await makeWorld();
      asker = new TestNode('a');
      answerer = new TestNode('b');
      const a = await world.open();
      const b = await world.open();
      a.transport.start(asker, asker.hello);
      b.transport.start(answerer, answerer.hello);
      answering = b.transport;
      link = a.transport.link(b.address);
    });

    afterEach(async () => {
      await world.close();
    });

    /** Asks, and lets time pass until the answer. */
    async function ask(request: DataRequest, remainingMs = 2_000, over = link): Promise<DataReply> {
      const replies: DataReply[] = [];
      over.data(request, remainingMs, (reply) => replies.push(reply));
      await world.until(() => replies.length > 0);
      return replies[0]!;
    }

    /** Lets time pass until the promise settles. */
    async function settled<T>(promise: Promise<T>): Promise<PromiseSettledResult<T>> {
      const results: PromiseSettledResult<T>[] = [];
      void Promise.allSettled([promise]).then(([only]) => results.push(only));
      await world.until(() => results.length === 1);
      return results[0]!;
    }

    it('dials nothing before the first request', async () => {
      expect(link.state()).toBe('idle');
      expect(link.remote()).toBeUndefined();
      expect(link.queuedBytes()).toBe(0);
    });

    it('carries a request to the peer and its answer back, after each has met the other', async () => {
      expect(await ask(write())).toEqual({ kind: 'written', stamp: STAMP });
      expect(link.state()).toBe('ready');
      expect(link.remote()).toEqual(answerer.hello());
      expect(answerer.seen).toHaveLength(1);
      expect(answerer.seen[0]!.from).toEqual(asker.hello());
      expect(answerer.seen[0]!.request).toEqual(write());
      expect(answerer.seen[0]!.remainingMs).toBeGreaterThan(0);
      expect(answerer.seen[0]!.remainingMs).toBeLessThanOrEqual(2_000);
    });

    it('carries every kind of reply whole', async () => {
      const version = { ...STAMP, writerHi: 0xffff_ffff, writerLo: 1 };
      const digest = {
        version,
        checksum: 0xfedc_ba98,
        tombstone: true,
        expiresAtMs: 1_767_225_700_000,
        sizeBytes: 12,
      };
      const replies: DataReply[] = [
        { kind: 'written', stamp: STAMP },
        { kind: 'superseded', version, stamp: STAMP },
        { kind: 'value', record: undefined, stamp: STAMP },
        { kind: 'value', record: new Uint8Array(0), stamp: STAMP },
        { kind: 'value', record: Uint8Array.of(1, 2), stamp: STAMP },
        { kind: 'digest', digest: undefined, stamp: STAMP },
        { kind: 'digest', digest, stamp: STAMP },
        { kind: 'digest', digest: { ...digest, expiresAtMs: undefined }, stamp: STAMP },
        { kind: 'corrupt' },
        { kind: 'fenced', epoch: 9 },
        { kind: 'failed', code: 'KV_STORE_FAILED', message: 'the disk is gone' },
        { kind: 'failed', code: 'timeout', message: 'late' },
      ];
      for (const reply of replies) {
        answerer.reply = () => reply;
        expect(await ask(read)).toEqual(reply);
      }
      expect(answerer.seen[0]!.request).toEqual(read);
    });

    it('answers each of a thousand requests of one turn with its own answer', async () => {
      answerer.reply = (request) => ({ kind: 'value', record: request.key, stamp: STAMP });
      const replies = new Map<number, DataReply>();
      for (let i = 0; i < 1000; i++) {
        const key = Uint8Array.of(i >>> 8, i & 0xff);
        link.data({ ...read, key }, 2_000, (reply) => {
          expect(replies.has(i)).toBe(false);
          replies.set(i, reply);
        });
      }
      await world.until(() => replies.size === 1000);
      for (const [i, reply] of replies)
        expect(reply).toMatchObject({ record: Uint8Array.of(i >>> 8, i & 0xff) });
    });

    it('tells a refused node why, and fails its requests with that code', async () => {
      answerer.refuse = new KvError('KV_CLUSTER_MISMATCH', 'another cluster');
      expect(await ask(write())).toMatchObject({ kind: 'failed', code: 'KV_CLUSTER_MISMATCH' });
      expect(asker.refusals[0]!.address).toEqual(link.address);
      expect(asker.refusals[0]!.error).toMatchObject({
        code: 'KV_CLUSTER_MISMATCH',
        message: 'another cluster',
      });
      expect(link.state()).toBe('broken');
      expect(answerer.seen).toEqual([]);
    });

    it('keeps away from a peer that this node does not admit', async () => {
      asker.refuse = new KvError('KV_CLONE', 'seen twice');
      expect(await ask(write())).toMatchObject({ kind: 'failed', code: 'KV_CLONE' });
      expect(link.remote()).toBeUndefined();
      expect(answerer.seen).toEqual([]);
      expect(asker.refusals).toEqual([]);
    });

    it('gives up a request at its deadline, once', async () => {
      answerer.reply = undefined;
      const replies: DataReply[] = [];
      await ask({ ...write(), epoch: 1 }, 100).then((reply) => replies.push(reply));
      expect(replies).toMatchObject([{ kind: 'failed', code: 'timeout' }]);
      answerer.reply = () => ({ kind: 'corrupt' });
      expect(await ask(read)).toEqual({ kind: 'corrupt' });
      expect(replies).toHaveLength(1);
    });

    it('refuses at once what its queue has no room for', async () => {
      const codes: unknown[] = [];
      const request = write(1024 * 1024);
      const fit = Math.floor(LIMITS.peerQueueBytes / request.record.length);
      for (let i = 0; i < fit + 2; i++)
        link.data(request, 2_000, (reply) => codes.push('code' in reply ? reply.code : reply.kind));
      expect(codes.length).toBeGreaterThanOrEqual(2);
      expect(new Set(codes)).toEqual(new Set(['KV_OVERLOADED']));
      expect(link.queuedBytes()).toBeLessThanOrEqual(LIMITS.peerQueueBytes);
      await world.until(() => codes.length === fit + 2);
      expect(codes.filter((code) => code === 'written').length).toBeGreaterThanOrEqual(fit - 1);
      expect(link.queuedBytes()).toBe(0);
    });

    it('fails at once what is under way when the peer goes away, and what comes after', async () => {
      answerer.reply = undefined;
      const replies: DataReply[] = [];
      for (let i = 0; i < 10; i++) link.data(write(), 60_000, (reply) => replies.push(reply));
      await world.until(() => answerer.seen.length === 10);
      await answering.close();
      await world.until(() => replies.length === 10);
      for (const reply of replies)
        expect(reply).toMatchObject({ kind: 'failed', code: 'KV_UNREACHABLE' });
      expect(link.state()).toBe('broken');
      link.data(write(), 60_000, (reply) => replies.push(reply));
      expect(replies[10]).toMatchObject({ kind: 'failed', code: 'KV_UNREACHABLE' });
    });

    it('finds a peer again that comes back', async () => {
      await ask(write());
      await answering.close();
      await world.until(() => link.state() === 'broken');
      const again = new TestNode('b');
      const { transport } = await world.open(link.address);
      transport.start(again, again.hello);
      await world.until(() => link.state() === 'ready');
      expect(await ask(write())).toEqual({ kind: 'written', stamp: STAMP });
      expect(again.seen).toHaveLength(1);
    });

    it('says unreachable where nobody listens', async () => {
      await answering.close();
      expect(await ask(write())).toMatchObject({ kind: 'failed', code: 'KV_UNREACHABLE' });
      const result = await settled(link.control({ kind: 'probe' }, 1_000));
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'KV_UNREACHABLE' } });
    });

    it.each([1, 300 * 1024, 1024 * 1024, LIMITS.valueBytesHard])(
      'carries records of %i bytes both ways',
      async (size) => {
        const request = write(size);
        request.record.forEach((_, i, record) => (record[i] = i % 251));
        answerer.reply = (asked) => ({
          kind: 'value',
          record: asked.kind === 'write' ? asked.record : undefined,
          stamp: STAMP,
        });
        const reply = await ask(request, 20_000);
        const record = reply.kind === 'value' ? reply.record : undefined;
        assert(record !== undefined, 'the record came back');
        expect(record.length).toBe(size);
        expect(Buffer.compare(record, request.record)).toBe(0);
      },
    );

    it('does not let a peer that is silent hold up another', async () => {
      answerer.reply = undefined;
      const third = new TestNode('c');
      const c = await world.open();
      c.transport.start(third, third.hello);
      const a = await world.open();
      a.transport.start(asker, asker.hello);
      const [silent, quick] = [a.transport.link(link.address), a.transport.link(c.address)];
      let pending = 0;
      for (let i = 0; i < 100; i++) {
        pending += 1;
        silent.data(write(100 * 1024), 60_000, () => (pending -= 1));
      }
      expect(await ask(write(), 2_000, quick)).toEqual({ kind: 'written', stamp: STAMP });
      expect(pending).toBe(100);
    });

    it('carries control requests, and measures their round trip', async () => {
      const result = await settled(link.control({ kind: 'probe' }, 1_000));
      expect(result).toMatchObject({ value: { kind: 'alive', wallMs: 17 } });
      expect(link.roundTripMs()).toBeGreaterThan(0);
    });

    it('carries the coded error of a handler', async () => {
      answerer.controlError = new KvError('KV_NO_VOTER_MAJORITY', 'n2, n3 are down', {
        hints: ['kv status'],
        replicas: [{ node: 'n2', state: 'down', detail: '14 s' }],
      });
      const calls: (() => Promise<unknown>)[] = [
        () => link.control({ kind: 'probe' }, 1_000),
        () => link.meta({ kind: 'report' }, 1_000),
      ];
      for (const call of calls) {
        const result = await settled(call());
        expect(result).toMatchObject({
          status: 'rejected',
          reason: {
            code: 'KV_NO_VOTER_MAJORITY',
            message: 'n2, n3 are down',
            hints: ['kv status'],
          },
        });
      }
    });

    it('carries metadata requests, and a refusal of the hello in them', async () => {
      const result = await settled(link.meta({ kind: 'pull', after: 12 }, 1_000));
      expect(result).toMatchObject({ value: { kind: 'behind', epoch: 12 } });
      answerer.refuse = new KvError('KV_IDENTITY_REMOVED', 'n9 was removed');
      const a = await world.open();
      a.transport.start(asker, asker.hello);
      const refused = await settled(a.transport.link(link.address).meta({ kind: 'report' }, 1_000));
      expect(refused).toMatchObject({ reason: { code: 'KV_IDENTITY_REMOVED' } });
      expect(asker.refusals[0]!.error.code).toBe('KV_IDENTITY_REMOVED');
    });

    it('carries the largest record in a question of repair, and in an answer', async () => {
      const record = new Uint8Array(LIMITS.valueBytesHard + 64).fill(7);
      const dataKey = new Uint8Array(10 + LIMITS.keyBytes);
      answerer.repairReply = { kind: 'fetched', records: [record] };
      const fetch = { kind: 'fetch', dataKeys: [dataKey] } as const;
      const fetched = await settled(
        link.repair({ epoch: 7, namespace: 1, question: fetch }, 10_000),
      );
      expect(fetched).toMatchObject({
        value: { kind: 'fetched', records: [{ length: record.length }] },
      });
      answerer.repairReply = { kind: 'applied', queuedBytes: 0 };
      const apply = { kind: 'apply', copies: [{ dataKey, record }], drops: [] } as const;
      const question = { epoch: 7, namespace: 1, question: apply };
      expect(await settled(link.repair(question, 10_000))).toMatchObject({
        value: { kind: 'applied', queuedBytes: 0 },
      });
    });

    it('carries the questions of repair and their answers as they are, and refusals', async () => {
      for (const [question, reply] of REPAIR_EXAMPLES) {
        answerer.repairReply = reply;
        const request = { epoch: 7, namespace: 1, question };
        const answered = await settled(link.repair(request, 1_000));
        expect(plain(answered)).toEqual(plain({ status: 'fulfilled', value: reply }));
        expect(plain(answerer.questions.at(-1))).toEqual(plain(request));
      }
      answerer.controlError = new KvError('KV_EPOCH_CHANGED', 'others own it');
      const question = { kind: 'begin', runs: [{ from: 0, to: 1 }] } as const;
      const failed = await settled(link.repair({ epoch: 7, namespace: 1, question }, 1_000));
      expect(failed).toMatchObject({
        reason: { code: 'KV_EPOCH_CHANGED', message: 'others own it' },
      });
    });

    it('fails what waits when it is closed', async () => {
      answerer.reply = undefined;
      const replies: DataReply[] = [];
      link.data(write(), 60_000, (reply) => replies.push(reply));
      await world.until(() => answerer.seen.length === 1);
      link.close();
      expect(replies).toMatchObject([{ kind: 'failed', code: 'KV_UNREACHABLE' }]);
      link.data(write(), 60_000, (reply) => replies.push(reply));
      expect(replies[1]).toMatchObject({ kind: 'failed', code: 'KV_UNREACHABLE' });
    });
  });
}

/** Bytes as text, whatever holds them. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return `bytes ${[...value].join(' ')}`;
  if (Array.isArray(value) || value instanceof Uint32Array) return [...value].map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, of]) => [name, plain(of)]));
}
