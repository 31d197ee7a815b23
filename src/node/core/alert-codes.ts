/** One row of the table of alerts and warnings. */
export interface AlertRow {
  /** What it means, one sentence. */
  readonly means: string;
  /** What the reader should do next, one sentence. */
  readonly next: string;
}

/**
 * Every code of an alert or a warning that is not also the code of an error: nothing has failed that was asked for.
 * `docs/errors.md` is tested against this table.
 */
export const ALERTS = {
  KV_NODE_DOWN: {
    means: 'Its peers have not heard of a node for so long that they take it for down.',
    next: 'Look at the node and start it again; what it missed is brought to it.',
  },
  KV_NODE_SUSPECT: {
    means: 'Its peers have not heard of a node for longer than usual.',
    next: 'Wait a moment; when it does not go away, look at the node and its network with `kv gossip`.',
  },
  KV_NODE_DRAINED: {
    means: 'An operator has sent the clients of a node elsewhere; it goes on as a replica.',
    next: 'Stop the node now without a client noticing, or have it take clients again with `kv node resume`.',
  },
  KV_NODE_MAINTENANCE: {
    means:
      'An operator works on a node: it takes no clients, and that it is down is no alarm meanwhile.',
    next: 'When it is up again and well, end it with `kv node maintenance NODE off`.',
  },
  KV_PLAN_PAUSED: {
    means:
      'The plan that changes the ring waits: an operator has paused it, or a node that is to join is down.',
    next: 'Let it go on with `kv job resume`, or start the node again, or give the plan up with `kv job cancel`.',
  },
  KV_PLAN_STALLED: {
    means: 'The plan that changes the ring has not come on for five minutes.',
    next: 'See what it waits for with `kv job show`, and bring that back, or give the plan up with `kv job cancel`.',
  },
  KV_RING_DISAGREES: {
    means: 'Not all nodes have the same epoch of the cluster metadata.',
    next: 'Wait some seconds; when it stays, see which nodes are behind with `kv ring show`.',
  },
  KV_MIXED_RELEASES: {
    means: 'The nodes run different versions of kv.',
    next: 'Finish the upgrade; `kv node list` names the versions.',
  },
  KV_FEWER_COPIES: {
    means: 'There are fewer nodes than copies asked for.',
    next: 'Add nodes with `kv node start --join`; until then each node has a copy of each key.',
  },
  KV_RECOVERING: {
    means:
      'A node went on without what its damaged store had lost, and the others have not brought all of it back yet.',
    next: 'Keep all nodes up, and accept no loss on another one, until `kv status --until healthy` ends.',
  },
  KV_ROTTEN_COPIES: {
    means: 'A node has met copies on its disk that do not match their checksum.',
    next: 'Look at the disk of the node (`smartctl`), and plan its end; what is not healed yet is healed by reads and repair.',
  },
  KV_STORE_UNREADABLE: {
    means: 'Parts of the store of a node cannot be read at all; it goes on without them.',
    next: 'Look at its disk, then replace the node, or start it again with --accept-loss.',
  },
  KV_REPAIR_LATE: {
    means:
      'A range was not repaired on all of its owners for too long: a day and a half by default.',
    next: 'Bring owners that are away back, and see what holds repair up with `kv repair list`; `kv repair --node NAME` does it now.',
  },
  KV_REPAIR_MARKED: {
    means: 'Hints were not kept to their end, so a part of the ring waits for a repair.',
    next: 'Bring all owners back; they repair it by themselves then, and `kv repair` does it now.',
  },
  KV_REPAIR_PARTIAL: {
    means: 'A repair went over ranges without some of their owners, which were away.',
    next: 'Repair again when they are back; it is also done by itself.',
  },
  KV_REPAIR_FAILED: {
    means: 'Some ranges of a repair were not repaired.',
    next: 'Read the problem in the message, see `kv status`, and repair again.',
  },
  KV_REPAIR_INTERRUPTED: {
    means: 'A repair could not go on after the node that drove it was started again.',
    next: 'Start it again with `kv repair`.',
  },
  KV_REPAIR_ENDED: {
    means: 'The repair that was to be cancelled had ended already.',
    next: 'Nothing is needed; `kv repair list` says how it ended.',
  },
  KV_HINTS_PAUSED: {
    means: 'Hints for a node are paused, and are given up when their time is over.',
    next: 'Let them go on with `kv hints resume NAME` when the node may be busy with them.',
  },
  KV_HINTS_HELD: {
    means:
      'A replay left hints where they are: they are paused, or the node they are for is not up.',
    next: 'Bring the node back, or let them go on with `kv hints resume NAME`.',
  },
  KV_HINTED_ONLY: {
    means: 'A write at level any is kept as a hint, and no replica has it yet.',
    next: 'Nothing is needed; it cannot be read until a replica is back, and is lost if the node that keeps it is.',
  },
  KV_NODES_BEHIND: {
    means: 'Some nodes have not confirmed a change of a namespace yet.',
    next: 'Bring those that are down back: they learn it by themselves.',
  },
} as const satisfies Readonly<Record<string, AlertRow>>;

export type AlertCode = keyof typeof ALERTS;

/** True when the text is a code of the table. */
export function isAlertCode(text: string): text is AlertCode {
  return Object.hasOwn(ALERTS, text);
}
