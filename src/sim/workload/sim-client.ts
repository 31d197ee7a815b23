import type { KvClient } from '../../client/client.js';
import { KvError } from '../../node/core/errors.js';
import type { ClientRequest } from '../../node/core/operations.js';
import type { Random } from '../../node/env/random.js';
import { utf8Decode, utf8Encode } from '../../stdx/bytes.js';
import type { SimProcess } from '../sim-process.js';
import type { HistoryResult } from './history.js';
import type { KeySpace } from './key-space.js';
import { chooseOperation } from './operation-choice.js';
import type { HistoryRecorder, Intent, OpenOperation } from './recorder.js';

export interface SimClientParts {
  readonly name: string;
  readonly client: KvClient;
  readonly process: SimProcess;
  readonly keys: KeySpace;
  readonly recorder: HistoryRecorder;
  readonly random: Random;
  /** Mean time between the end of an operation and the next one, in ms. */
  readonly thinkMs: number;
}

/** Now and then a value is large enough to fill a message or a batch of its own. */
const LARGE_BYTES = 20_000;
const LARGE_SHARE = 0.02;
const BURST_SHARE = 0.1;

/** One client that does one operation after the other, as its seed says, until it is stopped. */
export class SimClient {
  readonly #parts: SimClientParts;
  #operations = 0;
  #stopped = false;
  /** The operation that is under way. */
  #open: OpenOperation | undefined;

  constructor(parts: SimClientParts) {
    this.#parts = parts;
  }

  get name(): string {
    return this.#parts.name;
  }

  get process(): SimProcess {
    return this.#parts.process;
  }

  start(): void {
    this.#next();
  }

  /** Begins nothing more; what is under way goes on. */
  stop(): void {
    this.#stopped = true;
  }

  /** Undefined when nothing is under way. */
  open(): OpenOperation | undefined {
    return this.#open;
  }

  /** Sees each request as it is sent: it tells the stamp of the client. */
  onRequest(request: ClientRequest): void {
    if (request.kind === 'get' || request.kind === 'exists' || this.#open === undefined) return;
    this.#open.stamped ??= request.version;
    this.#open.lastStamped = request.version ?? this.#open.lastStamped;
  }

  /** Runs one operation, and writes it down. */
  async run(intent: Intent): Promise<HistoryResult> {
    const { recorder } = this.#parts;
    const open = recorder.begin(intent);
    this.#open = open;
    const result = await this.#ask(intent);
    recorder.end(open, result);
    this.#open = undefined;
    return result;
  }

  #next(): void {
    const { process, random, thinkMs } = this.#parts;
    const burst = random.nextFloat() < BURST_SHARE;
    process.after(burst ? 0 : random.nextFloat() * 2 * thinkMs, () => {
      if (this.#stopped) return;
      const { keys, name } = this.#parts;
      this.#operations += 1;
      const intent = chooseOperation({ keys, client: name, number: this.#operations }, random);
      // A client fails by KvError only, and `run` takes these; anything else ends the simulation as a defect.
      void this.run(intent).then(() => {
        this.#next();
      });
    });
  }

  async #ask(intent: Intent): Promise<HistoryResult> {
    try {
      return await this.#send(intent);
    } catch (error) {
      if (!(error instanceof KvError)) throw error;
      const outcome = error.outcome === 'unknown' ? 'unknown' : 'not_applied';
      return { kind: 'failed', outcome, code: error.code };
    }
  }

  async #send({ kind, key, level, value, ttlMs }: Intent): Promise<HistoryResult> {
    const { client } = this.#parts;
    const bytes = utf8Encode(key);
    switch (kind) {
      case 'put': {
        const { version } = await client.put(bytes, this.#payload(value ?? ''), { level, ttlMs });
        return { kind: 'written', version };
      }
      case 'delete': {
        const { version } = await client.delete(bytes, { level });
        return { kind: 'written', version };
      }
      case 'get': {
        const read = await client.get(bytes, { level });
        const found = read.value === undefined ? undefined : valueIn(read.value);
        return {
          kind: 'read',
          found: read.found,
          value: found,
          version: read.version,
          expiresAtMs: read.expiresAtMs,
        };
      }
      case 'exists': {
        const { found, version, expiresAtMs } = await client.exists(bytes, { level });
        return { kind: 'read', found, value: undefined, version, expiresAtMs };
      }
    }
  }

  /** The value, and after a bar what makes it as long as it should be. */
  #payload(value: string): Uint8Array {
    const { random } = this.#parts;
    const large = random.nextFloat() < LARGE_SHARE;
    const length = Math.floor(random.nextFloat() * (large ? LARGE_BYTES : 200));
    return utf8Encode(`${value}|${'.'.repeat(length)}`);
  }
}

function valueIn(payload: Uint8Array): string {
  const text = utf8Decode(payload);
  return text.slice(0, text.indexOf('|'));
}
