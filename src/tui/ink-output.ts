/** Where Ink may write: nowhere, because the frames are drawn by the frame writer; it only asks for the width. */
export function inkOutput(columns: () => number): NodeJS.WriteStream {
  const output = {
    // Not a terminal to Ink, so that it asks nothing of it.
    isTTY: false,
    get columns() {
      return columns();
    },
    write: () => true,
    on: () => output,
    off: () => output,
  };
  // Ink asks for a stream, and uses no more of it than this.
  return output as unknown as NodeJS.WriteStream;
}
