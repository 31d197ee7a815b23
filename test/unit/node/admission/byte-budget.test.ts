import { describe, expect, it } from 'vitest';
import { AdmittedReplica } from '../../../../src/node/admission/admitted-replica.js';
import { ByteBudget } from '../../../../src/node/admission/byte-budget.js';
import type { DataReply, DataRequest } from '../../../../src/node/core/messages.js';

describe('a byte budget', () => {
  it('admits up to its bound and again after a release', () => {
    const budget = new ByteBudget(100);
    expect(budget.admit(60)).toBe(true);
    expect(budget.admit(41)).toBe(false);
    expect(budget.admit(40)).toBe(true);
    budget.release(60);
    expect(budget.admit(60)).toBe(true);
    expect([budget.usedBytes, budget.refused]).toEqual([100, 1]);
  });

  it('is bounded by its parent as well, and takes nothing when that refuses', () => {
    const node = new ByteBudget(100);
    const [a, b] = [node.child(80), node.child(80)];
    expect(a.admit(70)).toBe(true);
    expect(b.admit(40)).toBe(false);
    expect(b.usedBytes).toBe(0);
    a.release(70);
    expect(node.usedBytes).toBe(0);
    expect(b.admit(40)).toBe(true);
  });

  it('admits one request of any size when nothing else runs, so that no request is refused for ever', () => {
    const budget = new ByteBudget(100);
    expect(budget.admit(1_000)).toBe(true);
    expect(budget.admit(1)).toBe(false);
  });

  it('says what is full', () => {
    const budget = new ByteBudget(64 * 1024 * 1024);
    budget.admit(63 * 1024 * 1024);
    expect(budget.overloaded('this node')).toMatchObject({
      code: 'KV_OVERLOADED',
      message:
        'overloaded: this node has 63 MiB of unanswered requests, the bound is 64 MiB; slow down and retry',
    });
  });

  it('takes a release of what was not admitted for a defect', () => {
    expect(() => {
      new ByteBudget(100).release(1);
    }).toThrow('only what was admitted');
  });
});

describe('a replica behind a budget', () => {
  const request: DataRequest = {
    kind: 'write',
    epoch: 1,
    namespace: 1,
    key: new Uint8Array(8),
    record: new Uint8Array(1_000),
    repair: false,
  };

  it('refuses at once what does not fit, and serves again when earlier requests are answered', () => {
    const waiting: ((reply: DataReply) => void)[] = [];
    const budget = new ByteBudget(2_000);
    const replica = new AdmittedReplica(
      { handle: (_request, _remainingMs, done) => void waiting.push(done) },
      budget,
    );
    const replies: DataReply[] = [];
    const handle = (): void => {
      replica.handle(request, 1_000, (reply) => void replies.push(reply));
    };
    handle();
    handle();
    expect(replies).toMatchObject([{ kind: 'failed', code: 'KV_OVERLOADED' }]);
    expect(waiting).toHaveLength(1);
    waiting.pop()?.({ kind: 'corrupt' });
    expect(budget.usedBytes).toBe(0);
    handle();
    expect(waiting).toHaveLength(1);
  });
});
