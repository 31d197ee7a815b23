import type { Version } from './version/version.js';

/** Whether the operation took effect, as far as the one who answers can know. */
export type Outcome = 'applied' | 'not_applied' | 'unknown';

/** One row of the error table: everything that depends on the code alone. */
export interface ErrorRow {
  /** Exit status of the command line, after sysexits.h where it has a number. */
  readonly exit: number;
  /** Canonical gRPC status name; the client maps back by the code, not by this. */
  readonly grpc:
    | 'INVALID_ARGUMENT'
    | 'FAILED_PRECONDITION'
    | 'UNAVAILABLE'
    | 'DEADLINE_EXCEEDED'
    | 'RESOURCE_EXHAUSTED'
    | 'PERMISSION_DENIED'
    | 'ALREADY_EXISTS'
    | 'NOT_FOUND'
    | 'DATA_LOSS'
    | 'INTERNAL';
  /** True when the same request may be sent again without risk and may then succeed. */
  readonly retryable: boolean;
  /** What it means, one sentence. */
  readonly means: string;
  /** What the reader should do next, one sentence. */
  readonly next: string;
}

type Facts = readonly [exit: number, grpc: ErrorRow['grpc'], retryable: boolean];

function row([exit, grpc, retryable]: Facts, means: string, next: string): ErrorRow {
  return { exit, grpc, retryable, means, next };
}

/** Every coded error of `kv`; `docs/errors.md` is tested against this table. */
export const ERRORS = {
  KV_USAGE: row(
    [2, 'INVALID_ARGUMENT', false],
    'The command line, or a request, is not well formed.',
    'Read `kv help COMMAND`; nothing was done.',
  ),
  KV_KEY_INVALID: row(
    [2, 'INVALID_ARGUMENT', false],
    'A key is empty or longer than 2 KiB.',
    'Use a key of 1 to 2048 bytes.',
  ),
  KV_VALUE_TOO_LARGE: row(
    [2, 'INVALID_ARGUMENT', false],
    'A value is longer than the cluster setting allows (1 MiB by default).',
    'Split the value over several keys.',
  ),
  KV_LEVEL_UNKNOWN: row(
    [2, 'INVALID_ARGUMENT', false],
    'The consistency level has no such name.',
    'Use one of: one two three quorum all any local-one local-quorum each-quorum.',
  ),
  KV_LEVEL_NOT_HERE: row(
    [2, 'INVALID_ARGUMENT', false],
    'The level exists, but not for this operation or namespace.',
    'Use quorum, or a level that the operation supports.',
  ),
  KV_LEVEL_UNREACHABLE: row(
    [2, 'INVALID_ARGUMENT', false],
    'The level needs more copies than the replication of the namespace keeps.',
    'Use a lower level, or raise the replication factor.',
  ),
  KV_NAMESPACE_UNKNOWN: row(
    [2, 'NOT_FOUND', false],
    'No namespace has that name, or it was dropped.',
    'Look at `kv namespace list`; `kv namespace create` makes one.',
  ),
  KV_NAMESPACE_EXISTS: row(
    [6, 'ALREADY_EXISTS', false],
    'A namespace has that name already.',
    'Look at `kv namespace show`, or use another name.',
  ),
  KV_NO_TERMINAL: row(
    [2, 'INVALID_ARGUMENT', false],
    'The dashboard needs a terminal for input and output.',
    'Use `kv status -w` where there is none.',
  ),
  KV_JOIN_REFUSED: row(
    [6, 'FAILED_PRECONDITION', false],
    'The cluster does not admit this node now.',
    'Read the reason in the message.',
  ),
  KV_PLAN_REFUSED: row(
    [6, 'FAILED_PRECONDITION', false],
    'The ring cannot be changed this way now.',
    'Read the reason in the message; `kv cluster plan` shows what is staged, `kv job list` what is under way.',
  ),
  KV_NOT_CONFIRMED: row(
    [7, 'FAILED_PRECONDITION', false],
    'The command asks for a confirmation, and did not get it.',
    'Type the name that it asks for, or give it with --confirm; nothing was done.',
  ),
  KV_UNREACHABLE: row(
    [69, 'UNAVAILABLE', true],
    'No endpoint answered.',
    'Check the addresses given with -e, and that the nodes run.',
  ),
  KV_NOT_A_KV_NODE: row(
    [69, 'UNAVAILABLE', false],
    'Something answered at the endpoint, but it is not a kv node.',
    'Give the client address of a node (the peer and HTTP ports are others).',
  ),
  KV_DATA_DIR_UNUSABLE: row(
    [73, 'FAILED_PRECONDITION', false],
    'The data directory cannot be made, read or written.',
    'Give a writable directory with --data-dir.',
  ),
  KV_DATA_DIR_LOCKED: row(
    [73, 'FAILED_PRECONDITION', false],
    'Another process uses the data directory.',
    'Stop that process, or give this node a directory of its own.',
  ),
  KV_ADDRESS_IN_USE: row(
    [73, 'FAILED_PRECONDITION', false],
    'A port that the node must listen on is taken.',
    'Stop what listens there, or choose another --listen.',
  ),
  KV_STORE_FAILED: row(
    [74, 'DATA_LOSS', false],
    'The disk or the store under the node failed; it stopped acknowledging.',
    'Look at the log of the node and at its disk, then restart or replace it.',
  ),
  KV_IO_FAILED: row(
    [74, 'INTERNAL', false],
    'A local file, or standard input or output, could not be read or written.',
    'Look at the file that the message names, and at the space left on its disk.',
  ),
  KV_CORRUPT: row(
    [74, 'DATA_LOSS', false],
    'The only copies that answered do not match their checksum.',
    'Retry at quorum so that a whole copy heals it; look at the disk of the node named.',
  ),
  KV_UNAVAILABLE: row(
    [75, 'UNAVAILABLE', true],
    'Too few replicas are alive for the level; nothing was sent.',
    'Retry, or use a lower level if that is right for the data; see `kv status`.',
  ),
  KV_OVERLOADED: row(
    [75, 'RESOURCE_EXHAUSTED', true],
    'A queue on the way is full; the request was refused before it did anything.',
    'Slow down and retry with a growing delay.',
  ),
  KV_DISK_FULL: row(
    [75, 'RESOURCE_EXHAUSTED', true],
    'The disk of a replica is nearly full: it takes no writes, and goes on with reads.',
    'Make space on the disk of the node named, or write at a level that does without it; it takes writes again by itself.',
  ),
  KV_READ_TIMEOUT: row(
    [75, 'DEADLINE_EXCEEDED', true],
    'Too few replicas answered a read in time.',
    'Retry; see `kv status` for the replicas named.',
  ),
  KV_NOT_READY: row(
    [75, 'UNAVAILABLE', true],
    'The node is starting, draining, or has stopped serving.',
    'Ask another node, or wait until /readyz answers 200.',
  ),
  KV_NO_VOTER_MAJORITY: row(
    [75, 'UNAVAILABLE', true],
    'A change of cluster metadata needs a majority of voters, and it is not there.',
    'Bring the voters named back; reads and writes of data go on.',
  ),
  KV_EPOCH_CHANGED: row(
    [75, 'UNAVAILABLE', true],
    'The cluster metadata changed while the request ran.',
    'Retry; the next attempt uses the new metadata.',
  ),
  KV_SUPERSEDED: row(
    [75, 'FAILED_PRECONDITION', false],
    'The key holds a newer version than the one that the write brought.',
    'Write again under a version above it, or let the node choose one.',
  ),
  KV_WRITE_TIMEOUT: row(
    [76, 'DEADLINE_EXCEEDED', true],
    'Fewer replicas than the level needs confirmed the write in time; it may still apply.',
    'Read the key, or write it again; a retry is safe.',
  ),
  KV_FORBIDDEN: row(
    [77, 'PERMISSION_DENIED', false],
    'The caller may not do this.',
    'Ask as somebody who may; nothing was done.',
  ),
  KV_CONFIG_INVALID: row(
    [78, 'INVALID_ARGUMENT', false],
    'The configuration of the node is wrong.',
    'Correct the setting that the message names.',
  ),
  KV_CLUSTER_MISMATCH: row(
    [78, 'FAILED_PRECONDITION', false],
    'The data directory, or the peer, belongs to another cluster, or to another history of this one.',
    'Use the directory of this cluster, or an empty one.',
  ),
  KV_ALREADY_INITIALIZED: row(
    [78, 'ALREADY_EXISTS', false],
    '--init was given for a directory that already belongs to a cluster.',
    'Start the node without --init, or give an empty directory.',
  ),
  KV_IDENTITY_REMOVED: row(
    [78, 'FAILED_PRECONDITION', false],
    'This node was removed from the cluster; its identity is never used again.',
    'Start a new node with an empty directory and --join.',
  ),
  KV_ROLLED_BACK: row(
    [78, 'FAILED_PRECONDITION', false],
    'The disk of this node is older than what its peers have seen of it, or the end of its log is lost.',
    'Start it from the newest image of its directory, or replace the node; --accept-loss does not help, because it may have forgotten its votes.',
  ),
  KV_CLONE: row(
    [78, 'FAILED_PRECONDITION', false],
    'Two processes run with the identity of one node.',
    'Stop both, keep the original directory only, and start it again.',
  ),
  KV_FORMAT_UNKNOWN: row(
    [78, 'FAILED_PRECONDITION', false],
    'The data, or the cluster metadata, has a format that this version does not know.',
    'Use the version of kv that wrote it, or a newer one.',
  ),
  KV_CLOCK_SKEW: row(
    [78, 'FAILED_PRECONDITION', false],
    'A clock is further off than the cluster allows.',
    'Set the clock (NTP, chrony) of the node or client named.',
  ),
  KV_INTERNAL: row(
    [1, 'INTERNAL', false],
    'A defect of kv.',
    'Run again with KV_DEBUG=1 and report what it prints.',
  ),
} as const satisfies Readonly<Record<string, ErrorRow>>;

export type ErrorCode = keyof typeof ERRORS;

/** True when the text is a code of the table, as for one that came over the wire. */
export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(ERRORS, text);
}

/** True for the refusals after which a process must not go on: its identity is another's too, or gone, or out of date. */
export function refusesIdentity(code: ErrorCode): boolean {
  return code === 'KV_CLONE' || code === 'KV_ROLLED_BACK' || code === 'KV_IDENTITY_REMOVED';
}

/** What one replica did for an operation, as an operator reads it. */
export interface ReplicaReport {
  /** Name of the node. */
  readonly node: string;
  /** `ok`, `up`, `suspect`, `down`, `no answer`, `superseded`, `corrupt`, `overloaded`, `failed` ... */
  readonly state: string;
  /** Free text after the state: `1.2 ms`, `14 s`. */
  readonly detail?: string | undefined;
}

export interface KvErrorOptions {
  readonly outcome?: Outcome | undefined;
  readonly replicas?: readonly ReplicaReport[] | undefined;
  /** Commands worth trying next, ready to paste. */
  readonly hints?: readonly string[] | undefined;
  readonly supersededBy?: Version | undefined;
  readonly cause?: unknown;
}

/** A failure that may happen in a correct program; carries its code and what the reader needs. */
export class KvError extends Error {
  readonly code: ErrorCode;
  readonly outcome: Outcome;
  readonly replicas: readonly ReplicaReport[];
  readonly hints: readonly string[];
  /** With KV_SUPERSEDED: the highest version that the key is known to hold. */
  readonly supersededBy: Version | undefined;

  constructor(code: ErrorCode, message: string, options: KvErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'KvError';
    this.code = code;
    this.outcome = options.outcome ?? 'not_applied';
    this.replicas = options.replicas ?? [];
    this.hints = options.hints ?? [];
    this.supersededBy = options.supersededBy;
  }

  get row(): ErrorRow {
    return ERRORS[this.code];
  }
}
