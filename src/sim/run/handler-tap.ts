import type { PeerHandler, Transport } from '../../node/env/transport.js';

/** The transport, with its handler wrapped. */
export function withHandler(
  transport: Transport,
  wrap: (handler: PeerHandler) => PeerHandler,
): Transport {
  return {
    start: (handler, hello) => {
      transport.start(wrap(handler), hello);
    },
    link: (address) => transport.link(address),
    close: () => transport.close(),
  };
}

/** A handler that hands everything on: a base for one that changes a part. */
export function delegating(handler: PeerHandler): PeerHandler {
  return {
    admit: (remote) => handler.admit(remote),
    data: (from, call, done) => {
      handler.data(from, call, done);
    },
    control: (from, request, remainingMs) => handler.control(from, request, remainingMs),
    meta: (from, request, remainingMs) => handler.meta(from, request, remainingMs),
    repair: (from, request, remainingMs) => handler.repair(from, request, remainingMs),
    refused: (address, error) => {
      handler.refused(address, error);
    },
  };
}
