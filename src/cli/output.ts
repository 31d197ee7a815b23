import { KvError } from '../node/core/errors.js';

/** What is used of a stream that is written to. */
export interface Sink {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
  write(chunk: string | Uint8Array, done: (error?: Error | null) => void): boolean;
}

/** The reader of standard output has gone away: it has all it wanted. */
export class ReaderGone extends Error {
  constructor() {
    super('the reader is gone');
    this.name = 'ReaderGone';
  }
}

/** Data goes to standard output, everything else to standard error; both wait until the stream has taken it. */
export class Output {
  readonly #data: Sink;
  readonly #notes: Sink;

  constructor(data: Sink, notes: Sink) {
    this.#data = data;
    this.#notes = notes;
  }

  /** @throws ReaderGone, or KvError KV_IO_FAILED */
  async data(chunk: string | Uint8Array): Promise<void> {
    if (chunk.length > 0) await write(this.#data, 'standard output', chunk);
  }

  /** Progress, warnings, errors. @throws as `data` */
  async note(text: string): Promise<void> {
    if (text !== '') await write(this.#notes, 'standard error', text);
  }
}

function write(sink: Sink, name: string, chunk: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    sink.write(chunk, (error) => {
      if (!error) resolve();
      else if ('code' in error && error.code === 'EPIPE') reject(new ReaderGone());
      else
        reject(
          new KvError('KV_IO_FAILED', `cannot write to ${name}: ${error.message}`, {
            cause: error,
          }),
        );
    });
  });
}
