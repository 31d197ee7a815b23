/**
 * True when gRPC itself ended this cancelled call because of a message: over the receive limit, or not to be decompressed. It tells
 * the handler only that the call was cancelled; that this side has ended the stream, unasked and without a reset, is seen on the
 * HTTP/2 stream alone. A version of the library that hides that stream makes this false: a count less, nothing worse.
 */
export function endedByReceiver(call: { getDeadline(): Date | number }): boolean {
  // A call with a deadline of its own is ended in the same way when that passes.
  if (call.getDeadline() !== Infinity) return false;
  let holder: unknown = call;
  for (let depth = 0; depth < 4 && isRecord(holder); depth++) {
    const { stream } = holder;
    if (isRecord(stream)) return stream['writableEnded'] === true && stream['rstCode'] === 0;
    holder = holder['call'] ?? holder['nextCall'];
  }
  return false;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
