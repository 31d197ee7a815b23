import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { Output, ReaderGone } from '../../../src/cli/output.js';

/** A stream that keeps what it gets, or fails with this code. */
function sink(code?: string): { readonly stream: Writable; readonly text: () => string } {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      done(code === undefined ? null : Object.assign(new Error(`${code}: no`), { code }));
    },
  });
  // What bin/run.js does with the event is not the matter here.
  stream.on('error', () => undefined);
  return { stream, text: () => Buffer.concat(chunks).toString() };
}

describe('output', () => {
  it('keeps data and notes apart', async () => {
    const [data, notes] = [sink(), sink()];
    const output = new Output(data.stream, notes.stream);
    await output.data('value');
    await output.note('remark\n');
    await output.data(Uint8Array.from([0x0a]));

    expect([data.text(), notes.text()]).toEqual(['value\n', 'remark\n']);
  });

  it('waits until the stream has taken what it was given', async () => {
    let release: (() => void) | undefined;
    const slow = new Writable({
      write(_chunk, _encoding, done) {
        release = () => done();
      },
    });
    let written = false;
    const writing = new Output(slow, slow).data('x').then(() => (written = true));
    await new Promise(setImmediate);

    expect(written).toBe(false);
    release?.();
    await writing;
    expect(written).toBe(true);
  });

  it('tells a reader that is gone from a disk that is full', async () => {
    await expect(new Output(sink('EPIPE').stream, sink().stream).data('x')).rejects.toThrow(
      ReaderGone,
    );
    await expect(new Output(sink('ENOSPC').stream, sink().stream).data('x')).rejects.toMatchObject({
      code: 'KV_IO_FAILED',
    });
  });
});
