import type { DataReply, DataRequest } from '../core/messages.js';
import type { ReplicaService } from '../services.js';
import { REQUEST_OVERHEAD_BYTES, type ByteBudget } from './byte-budget.js';

/** The replica as peers reach it: requests beyond the budget are refused at once, before they do anything. */
export class AdmittedReplica implements ReplicaService {
  readonly #replica: ReplicaService;
  readonly #budget: ByteBudget;

  constructor(replica: ReplicaService, budget: ByteBudget) {
    this.#replica = replica;
    this.#budget = budget;
  }

  handle(request: DataRequest, remainingMs: number, done: (reply: DataReply) => void): void {
    const sizeBytes = sizeOf(request);
    if (!this.#budget.admit(sizeBytes)) {
      const { message } = this.#budget.overloaded('the replica');
      done({ kind: 'failed', code: 'KV_OVERLOADED', message });
      return;
    }
    this.#replica.handle(request, remainingMs, (reply) => {
      this.#budget.release(sizeBytes);
      done(reply);
    });
  }
}

function sizeOf(request: DataRequest): number {
  const recordBytes = request.kind === 'write' ? request.record.length : 0;
  return REQUEST_OVERHEAD_BYTES + request.key.length + recordBytes;
}
