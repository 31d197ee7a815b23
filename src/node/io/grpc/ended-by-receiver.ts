/**
 * True when gRPC itself refused a message of this call, because it is over the receive limit or does not decompress, and answered
 * with a status. It tells the handler only that the call was cancelled; that this side has sent trailers without being asked is
 * seen on the HTTP/2 stream alone. A version of the library that hides the stream makes this false: a count less, nothing worse.
 */
export function endedByReceiver(call: object): boolean {
  let holder: unknown = call;
  for (let depth = 0; depth < 4 && isRecord(holder); depth++) {
    const { stream } = holder;
    if (isRecord(stream)) return stream['sentTrailers'] !== undefined;
    holder = holder['call'] ?? holder['nextCall'];
  }
  return false;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
