import type { Prng } from '../../../../src/stdx/prng.js';
import type { HistoryOperation, HistoryResult } from '../../../../src/sim/workload/history.js';
import { versionAt } from './history-of.js';

/** What runs on the register, and how often things go wrong. */
export interface RegisterRun {
  readonly operations: number;
  readonly writers: number;
  readonly readers: number;
  /** Share of the steps of a write at which its client gives up on it. */
  readonly unknown: number;
  /** Shares of the writes. */
  readonly deletes: number;
  readonly expiring: number;
  /** Share of all operations that are at `one`: such a write is acknowledged, and takes effect later or never. */
  readonly weak: number;
}

/** Milliseconds of a place: the last digit of a stamp is that of its client. */
const PLACE_MS = 10;
const TTL_MS = 300;
const SKEW_PLACES_MAX = 40;

interface Held {
  readonly ms: number;
  readonly value: string | undefined;
  readonly expiresAtMs: number;
}

interface Client {
  readonly name: string;
  readonly writes: boolean;
  /** Last digit of its stamps. */
  readonly digit: number;
  /** How far its clock is ahead. */
  readonly skewMs: number;
  operation: HistoryOperation | undefined;
  /** Of its write: the first stamp, and those under which it has taken effect. */
  stampMs: number;
  effects: readonly number[];
  /** What its read has found. */
  found: HistoryResult | undefined;
}

/**
 * The history of one key on a store that keeps its promises: each operation takes effect at a moment between its start and its end,
 * the higher version wins, a write behind is stamped again, and one of unknown outcome comes late, under one stamp or two.
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

  /** The whole history; all its operations have ended. */
  play(): readonly HistoryOperation[] {
    const { operations, writers, readers } = this.#run;
    const clients = Array.from({ length: writers + readers }, (_, digit): Client => {
      const skewMs = this.#prng.int(SKEW_PLACES_MAX) * PLACE_MS;
      const idle = { operation: undefined, stampMs: 0, effects: [], found: undefined };
      return { name: `c${digit}`, writes: digit < writers, digit, skewMs, ...idle };
    });
    while (this.#operations.length < operations || clients.some((client) => client.operation)) {
      const client = clients[this.#prng.int(clients.length)]!;
      if (this.#chance(0.1)) this.#comeLate();
      this.#place += 1;
      const { operation } = client;
      if (operation === undefined) {
        if (this.#operations.length < operations) this.#begin(client);
      } else if (client.writes) this.#goOnWriting(client, operation);
      else if (client.found === undefined) client.found = this.#find(operation);
      else this.#end(client, operation, client.found);
    }
    return this.#operations;
  }

  #begin(client: Client): void {
    const id = this.#operations.length;
    const kind = client.writes
      ? this.#one(this.#run.deletes, 'delete', 'put')
      : this.#one(0.2, 'exists', 'get');
    client.effects = [];
    client.found = undefined;
    if (client.writes) client.stampMs = this.#above(client, this.#nowMs + client.skewMs);
    const operation: HistoryOperation = {
      id,
      client: client.name,
      kind,
      key: 'k',
      level: this.#one(this.#run.weak, 'one', 'quorum'),
      value: kind === 'put' ? `v${id}` : undefined,
      ttlMs: kind === 'put' && this.#chance(this.#run.expiring) ? TTL_MS : undefined,
      stamped: client.writes ? versionAt(client.stampMs) : undefined,
      lastStamped: client.writes ? versionAt(client.stampMs) : undefined,
      startAt: this.#place,
      startMs: this.#nowMs,
      lowestWallMs: this.#nowMs,
      end: undefined,
    };
    client.operation = operation;
    this.#operations.push(operation);
  }

  /** Takes effect; once more, above what came meanwhile; or ends. */
  #goOnWriting(client: Client, operation: HistoryOperation): void {
    const ms = client.effects.at(-1);
    if (operation.level === 'one') {
      this.#comeLater(client, operation);
      this.#end(client, operation, { kind: 'written', version: versionAt(client.stampMs) });
    } else if (this.#chance(this.#run.unknown)) {
      this.#comeLater(client, operation);
      const failed = { outcome: 'unknown', code: 'KV_WRITE_TIMEOUT' } as const;
      this.#end(client, operation, { kind: 'failed', ...failed });
    } else if (ms === undefined) this.#apply(client, operation, client.stampMs);
    else if (ms < this.#held.ms && client.effects.length === 1 && this.#chance(0.5))
      this.#apply(client, operation, ms);
    else this.#end(client, operation, { kind: 'written', version: versionAt(ms) });
  }

  #apply(client: Client, operation: HistoryOperation, stampMs: number): void {
    const ms = stampMs > this.#held.ms ? stampMs : this.#above(client, this.#held.ms);
    client.effects = [...client.effects, ms];
    this.#hold(recordOf(operation, ms));
  }

  /** Of the two effects that a write may have, those that it has not had may come later. */
  #comeLater(client: Client, operation: HistoryOperation): void {
    const second = this.#above(client, Math.max(client.stampMs, this.#held.ms));
    for (const ms of [client.stampMs, second].slice(client.effects.length))
      if (this.#chance(0.5)) this.#late.push(recordOf(operation, ms));
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
    const past = this.#past[this.#prng.int(this.#past.length + 1)] ?? this.#held;
    const { ms, value, expiresAtMs } = level === 'one' ? past : this.#held;
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
    const clocks = { highestWallMs: ms, forgottenMs: -Infinity };
    const end = { at: this.#place, ms, ...clocks, result };
    this.#operations[operation.id] = { ...operation, end };
    client.operation = undefined;
  }

  /** A stamp of this client above this one, which no write has had. */
  #above({ digit }: Client, ms: number): number {
    let stamp = (Math.floor(ms / PLACE_MS) + 1) * PLACE_MS + digit;
    while (this.#given.has(stamp)) stamp += PLACE_MS;
    this.#given.add(stamp);
    return stamp;
  }

  get #nowMs(): number {
    return this.#place * PLACE_MS;
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
