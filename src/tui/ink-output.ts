import type { FrameWriter } from './frame-writer.js';

/** What Ink writes its frames to: in its debug mode each write is one whole frame, which the writer then draws. */
export function inkOutput(writer: FrameWriter, columns: () => number): NodeJS.WriteStream {
  const output = {
    // Not a terminal to Ink, so that it adds no escape sequences of its own.
    isTTY: false,
    get columns() {
      return columns();
    },
    write(frame: string): boolean {
      // Leaving, Ink writes fragments; by then the writer is paused.
      writer.show(frame);
      return true;
    },
    on: () => output,
    off: () => output,
  };
  // Ink asks for a stream, and uses no more of it than this.
  return output as unknown as NodeJS.WriteStream;
}
