import { KvError } from '../core/errors.js';
import type { RepairQuestion, RepairReply } from '../core/repair/repair-messages.js';

/** A replica that takes part in a repair, the own node included. */
export interface RepairPartner {
  readonly name: string;
  /** @throws KvError */
  ask(question: RepairQuestion): Promise<RepairReply>;
}

/** The answer to a question. @throws KvError also for an answer of another kind */
export async function askFor<K extends RepairReply['kind']>(
  partner: RepairPartner,
  question: RepairQuestion,
  ...kinds: readonly K[]
): Promise<Extract<RepairReply, { kind: K }>> {
  const reply = await partner.ask(question);
  if (!kinds.some((kind) => kind === reply.kind))
    throw new KvError(
      'KV_UNREACHABLE',
      `${partner.name} answered ${reply.kind} where ${kinds.join(' or ')} belongs`,
    );
  // The kinds of a union tell its members apart.
  return reply as Extract<RepairReply, { kind: K }>;
}
