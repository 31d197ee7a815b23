import { refusesIdentity, type KvError } from './core/errors.js';
import type {
  ControlReply,
  ControlRequest,
  DataReply,
  Hello,
  MetaReply,
  MetaRequest,
} from './core/messages.js';
import type { RepairReply, RepairRequest } from './core/repair/repair-messages.js';
import type { NodeReport } from './core/views/node-views.js';
import type { DataCall, PeerAddress, PeerHandler } from './env/transport.js';
import type { PeerAdmission } from './identity/peer-admission.js';
import type { Membership } from './membership/membership.js';
import type { LogService } from './metadata/metadata-service.js';
import type { RepairReplica } from './repair/repair-replica.js';
import type { EventSink, Readiness, ReplicaService } from './services.js';

export interface DispatchParts {
  readonly membership: Membership;
  readonly metadata: LogService;
  readonly replica: ReplicaService;
  readonly repair: RepairReplica;
  readonly readiness: Readiness;
  readonly events: EventSink;
  readonly report: () => NodeReport;
  /** Judges peers by their hello, and each of their requests. */
  readonly admission: PeerAdmission;
  /** A refusal that no retry can change: the identity of this node is not valid any more. */
  readonly onRefused: (error: KvError) => void;
}

/** Hands what arrives from peers to the procedure that answers it. */
export class Dispatch implements PeerHandler {
  readonly #parts: DispatchParts;

  constructor(parts: DispatchParts) {
    this.#parts = parts;
  }

  admit(remote: Hello): KvError | undefined {
    return this.#parts.admission.admit(remote);
  }

  data(from: Hello, { request, remainingMs }: DataCall, done: (reply: DataReply) => void): void {
    const { admission, readiness } = this.#parts;
    const refusal = readiness.notReady() ?? admission.admitRequest(from, 'data');
    if (refusal === undefined) this.#parts.replica.handle(request, remainingMs, done);
    else done({ kind: 'failed', code: refusal.code, message: refusal.message });
  }

  async control(from: Hello, request: ControlRequest, remainingMs: number): Promise<ControlReply> {
    const refusal = this.#parts.admission.admitRequest(from, 'control');
    if (refusal !== undefined) throw refusal;
    return await this.#parts.membership.handleControl(from, request, remainingMs);
  }

  async meta(from: Hello, request: MetaRequest, remainingMs: number): Promise<MetaReply> {
    const history = 'history' in request ? request.history : undefined;
    const refusal = this.#parts.admission.admitRequest(from, request.kind, history);
    if (refusal !== undefined) throw refusal;
    if (request.kind === 'report') return { kind: 'report', report: this.#parts.report() };
    return await this.#parts.metadata.handleMeta(from, request, remainingMs);
  }

  async repair(from: Hello, request: RepairRequest, remainingMs: number): Promise<RepairReply> {
    const { admission, readiness, repair } = this.#parts;
    const refusal = readiness.notReady() ?? admission.admitRequest(from, 'repair');
    if (refusal !== undefined) throw refusal;
    return await repair.answer(request, remainingMs);
  }

  refused(address: PeerAddress, error: KvError): void {
    const where = `${address.host}:${address.port}`;
    this.#parts.events.emit({
      kind: 'transport',
      severity: 'warn',
      message: `${where} refused this node: ${error.message}`,
    });
    if (refusesIdentity(error.code)) this.#parts.onRefused(error);
  }
}
