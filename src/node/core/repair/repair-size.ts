import type { RepairReply, RepairRequest } from './repair-messages.js';

/** What a copy in a list takes beside its key. */
const LISTED_BYTES = 40;
const RUN_BYTES = 12;
const PARTS_BYTES = 8;

/** Bytes of a question on the wire, roughly. */
export function repairRequestBytes({ question }: RepairRequest): number {
  switch (question.kind) {
    case 'begin':
    case 'hashes':
    case 'complete':
    case 'mend':
      return question.runs.length * RUN_BYTES;
    case 'settle':
      return question.floors.length * RUN_BYTES + (question.after?.length ?? 0);
    case 'sums':
      return question.slots.length * RUN_BYTES;
    case 'list':
      return (question.after?.length ?? 0) + question.parts.length * PARTS_BYTES;
    case 'fetch':
      return sum(question.dataKeys, (key) => key.length);
    case 'apply':
      return (
        sum(question.copies, ({ dataKey, record }) => dataKey.length + record.length) +
        sum(question.drops, ({ dataKey }) => dataKey.length + LISTED_BYTES)
      );
  }
}

/** Bytes of an answer on the wire, roughly. */
export function repairReplyBytes(reply: RepairReply): number {
  switch (reply.kind) {
    case 'begun':
      return reply.floors.length * RUN_BYTES;
    case 'hashes':
      return reply.hashes.byteLength;
    case 'sums':
      return sum(reply.slots, (sums) => sums?.byteLength ?? 0);
    case 'listed':
      return sum(reply.copies, ({ dataKey }) => dataKey.length + LISTED_BYTES);
    case 'fetched':
      return sum(reply.records, (record) => record?.length ?? 0);
    case 'mended':
      return reply.beganMs.length * 8;
    case 'settled':
      return reply.until?.length ?? 0;
    case 'applied':
    case 'completed':
      return 0;
  }
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
