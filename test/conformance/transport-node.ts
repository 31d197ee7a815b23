import type { KvError } from '../../src/node/core/errors.js';
import type {
  DataReply,
  DataRequest,
  Hello,
  ReadRequest,
  WriteRequest,
} from '../../src/node/core/messages.js';
import type { RepairReply, RepairRequest } from '../../src/node/core/repair/repair-messages.js';
import type { PeerAddress, PeerHandler } from '../../src/node/env/transport.js';

/** The clock of every reply. */
export const STAMP = { ms: 1_767_225_600_123, logical: 7 };
const KEY = Uint8Array.of(1, 2, 3);

/** A node that keeps what it was asked. */
export class TestNode implements PeerHandler {
  readonly name: string;
  readonly seen: { from: Hello; request: DataRequest; remainingMs: number }[] = [];
  readonly refusals: { address: PeerAddress; error: KvError }[] = [];
  refuse: KvError | undefined;
  /** Undefined never answers. */
  reply: ((request: DataRequest) => DataReply) | undefined = () => ({
    kind: 'written',
    stamp: STAMP,
  });
  controlError: KvError | undefined;
  readonly questions: RepairRequest[] = [];
  repairReply: RepairReply = { kind: 'applied', queuedBytes: 0 };

  constructor(name: string) {
    this.name = name;
  }

  hello = (): Hello => ({
    clusterId: 'c1',
    nodeId: this.name.padStart(16, '0'),
    name: this.name,
    boot: 3,
    nonce: '00000000000000aa',
    sequence: 42,
    wireMin: 1,
    wireMax: 1,
    format: 1,
  });

  admit(): KvError | undefined {
    return this.refuse;
  }

  data(...[from, call, done]: Parameters<PeerHandler['data']>): void {
    this.seen.push({ from, ...call });
    if (this.reply !== undefined) done(this.reply(call.request));
  }

  async control(): ReturnType<PeerHandler['control']> {
    if (this.controlError !== undefined) throw this.controlError;
    return { kind: 'alive', wallMs: 17 };
  }

  async meta(...[, request]: Parameters<PeerHandler['meta']>): ReturnType<PeerHandler['meta']> {
    if (this.controlError !== undefined) throw this.controlError;
    if (request.kind === 'pull') return { kind: 'behind', epoch: request.after };
    return { kind: 'ok' };
  }

  async repair(
    ...[, request]: Parameters<PeerHandler['repair']>
  ): ReturnType<PeerHandler['repair']> {
    if (this.controlError !== undefined) throw this.controlError;
    this.questions.push(request);
    return this.repairReply;
  }

  refused(address: PeerAddress, error: KvError): void {
    this.refusals.push({ address, error });
  }
}

/** A write of so many bytes. */
export const write = (size = 10, key = KEY): WriteRequest => ({
  kind: 'write',
  epoch: 5,
  namespace: 1,
  key,
  record: new Uint8Array(size).fill(9),
  repair: false,
});

/** A read of the same key. */
export const read: ReadRequest = {
  kind: 'read',
  epoch: 5,
  namespace: 1,
  key: KEY,
  mode: 'value',
  stamp: STAMP,
};
