import type { Prng } from '../../../../src/stdx/prng.js';
import type { HistoryOperation, HistoryResult } from '../../../../src/sim/workload/history.js';
import { versionAt } from './history-of.js';

/** What runs on the register, and how often things go wrong. */
export interface RegisterRun {
  readonly operations: number;
  readonly writers: number;
  readonly readers: number;
  /** Shares of the writes. */
  readonly unknown: number;
  readonly deletes: number;
  readonly expiring: number;
  /** Share of all operations at `one`: such a write is acknowledged, and may take effect later or never. */
  readonly weak: number;
}

/** Milliseconds of a place: the last digit of a stamp is that of its writer. */
const PLACE_MS = 10;

interface Held {
  readonly ms: number;
  readonly value: string | undefined;
  readonly expiresAtMs: number;
}

/** A client, and the operation that it is at. */
interface Client {
  readonly name: string;
  readonly writes: boolean;
  /** Last digit of its stamps. */
  readonly digit: number;
  /** How far its clock is off, in places. */
  readonly skew: number;
  operation: HistoryOperation | undefined;
  /** Version under which its write has taken effect; undefined while it has not. */
  applied: number | undefined;
  /** What its read has found. */
  found: HistoryResult | undefined;
}

/**
 * The history of one key on a store that keeps its promises: each operation takes effect at a moment between its start and its end, the
 * higher version wins, a write behind is stamped again, and one of unknown outcome comes late, under one stamp or two.
 */
export class SimulatedRegister {
  readonly #run: RegisterRun;
  readonly #prng: Prng;
  readonly #operations: HistoryOperation[] = [];
  readonly #late: Held[] = [];
  readonly #past: Held[] = [];
  readonly #given = new Set<number>();
  #held: Held = { ms: 0, value: undefined, expiresAtMs: Infinity };
  #place = 0;

  constructor(run: RegisterRun, prng: Prng) {
    this.#run = run;
    this.#prng = prng;
  }

  /** The whole history, with all operations ended. */
  play(): readonly HistoryOperation[] {
    const { operations, writers, readers } = this.#run;
    const clients = Array.from({ length: writers + readers }, (_, i): Client => {
      const skew = this.#prng.int(40);
      const idle = { operation: undefined, applied: undefined, found: undefined };
      return { name: `c${i}`, writes: i < writers, digit: i, skew, ...idle };
    });
    while (this.#operations.length < operations || clients.some((client) => client.operation)) {
      const client = clients[this.#prng.int(clients.length)]!;
      if (this.#chance(0.1)) this.#comeLate();
      if (client.operation !== undefined) this.#goOn(client, client.operation);
      else if (this.#operations.length < operations) this.#begin(client);
    }
    return this.#operations;
  }

  #begin(client: Client): void {
    this.#place += 1;
    const kind = client.writes
      ? this.#one(this.#run.deletes, 'delete', 'put')
      : this.#one(0.2, 'exists', 'get');
    const id = this.#operations.length;
    const operation: HistoryOperation = {
      id,
      client: client.name,
      kind,
      key: 'k',
      level: this.#chance(this.#run.weak) ? 'one' : 'quorum',
      value: kind === 'put' ? `v${id}` : undefined,
      ttlMs: kind === 'put' && this.#chance(this.#run.expiring) ? 300 : undefined,
      stamped: client.writes
        ? versionAt(this.#above(client.digit, (this.#place + client.skew) * PLACE_MS))
        : undefined,
      startAt: this.#place,
      startMs: this.#nowMs,
      lowestWallMs: this.#nowMs,
      end: undefined,
    };
    client.operation = operation;
    client.applied = undefined;
    client.found = undefined;
    this.#operations.push(operation);
  }

  /** Takes effect, or takes effect once more under a higher stamp, or ends. */
  #goOn(client: Client, operation: HistoryOperation): void {
    this.#place += 1;
    if (!client.writes) {
      if (client.found === undefined) client.found = this.#find(operation);
      else this.#end(client, operation, client.found);
      return;
    }
    const ms = client.applied ?? operation.stamped!.ms;
    if (operation.level === 'one' || this.#chance(this.#run.unknown))
      this.#giveUp(client, operation);
    else if (client.applied === undefined || ms < this.#held.ms) {
      client.applied = ms > this.#held.ms ? ms : this.#above(client.digit, this.#held.ms);
      this.#hold(recordOf(operation, client.applied));
    } else this.#end(client, operation, { kind: 'written', version: versionAt(ms) });
  }

  /** What has not come yet may come later, and under a second stamp unless that was used up. */
  #giveUp(client: Client, operation: HistoryOperation): void {
    const stamped = operation.stamped!;
    const ms = client.applied ?? stamped.ms;
    if (this.#chance(0.5)) this.#late.push(recordOf(operation, ms));
    if (this.#chance(0.5) && ms === stamped.ms)
      this.#late.push(recordOf(operation, this.#above(client.digit, Math.max(ms, this.#held.ms))));
    if (operation.level === 'one')
      this.#end(client, operation, { kind: 'written', version: stamped });
    else
      this.#end(client, operation, {
        kind: 'failed',
        outcome: 'unknown',
        code: 'KV_WRITE_TIMEOUT',
      });
  }

  #comeLate(): void {
    const record = this.#late.splice(this.#prng.int(this.#late.length + 1), 1)[0];
    if (record !== undefined && record.ms > this.#held.ms) this.#hold(record);
  }

  #hold(record: Held): void {
    this.#past.push(this.#held);
    this.#held = record;
  }

  /** A weak read may find anything that was there. */
  #find({ kind, level }: HistoryOperation): HistoryResult {
    const past = this.#past[this.#prng.int(this.#past.length + 1)];
    const { ms, value, expiresAtMs } = level === 'one' ? (past ?? this.#held) : this.#held;
    const found = value !== undefined && expiresAtMs > this.#nowMs;
    return {
      kind: 'read',
      found,
      value: found && kind === 'get' ? value : undefined,
      version: ms === 0 ? undefined : versionAt(ms),
      expiresAtMs: expiresAtMs === Infinity ? undefined : expiresAtMs,
    };
  }

  #end(client: Client, operation: HistoryOperation, result: HistoryResult): void {
    const ms = this.#nowMs;
    this.#operations[operation.id] = {
      ...operation,
      end: { at: this.#place, ms, highestWallMs: ms, result },
    };
    client.operation = undefined;
  }

  get #nowMs(): number {
    return this.#place * PLACE_MS;
  }

  /** A stamp of this client above this one, given to no write before. */
  #above(digit: number, ms: number): number {
    let stamp = (Math.floor(ms / PLACE_MS) + 1) * PLACE_MS + digit;
    while (this.#given.has(stamp)) stamp += PLACE_MS;
    this.#given.add(stamp);
    return stamp;
  }

  #one<T>(share: number, rare: T, usual: T): T {
    return this.#chance(share) ? rare : usual;
  }

  #chance(share: number): boolean {
    return this.#prng.nextFloat() < share;
  }
}

function recordOf({ value, ttlMs }: HistoryOperation, ms: number): Held {
  return { ms, value, expiresAtMs: ms + (ttlMs ?? Infinity) };
}
