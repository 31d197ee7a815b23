/** A host and a TCP port; port 0 asks the system for a free one. */
export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/** `HOST:PORT` or `[IPv6]:PORT`, or what is wrong with the text. */
export function parseAddress(text: string): HostPort | { readonly wanted: string } {
  const match = /^(?:\[([0-9a-fA-F:.%]+)\]|([^\s:/[\]]+)):(\d+)$/.exec(text);
  const port = parsePort(match?.[3] ?? '');
  const host = match?.[1] ?? match?.[2];
  if (host === undefined || port === undefined)
    return { wanted: 'use HOST:PORT with a port from 0 to 65535, as 127.0.0.1:7400' };
  return { host, port };
}

/** A port number, or undefined when the text is none. */
export function parsePort(text: string): number | undefined {
  const port = Number(text);
  return /^\d{1,5}$/.test(text) && port <= 65_535 ? port : undefined;
}

/** The text form; an IPv6 host is put in brackets. */
export function formatAddress(address: HostPort): string {
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  return `${host}:${address.port}`;
}
