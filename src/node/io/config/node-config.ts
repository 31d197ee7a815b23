import { hostname } from 'node:os';
import { parseSize } from '../../../stdx/size.js';
import { KvError } from '../../core/errors.js';
import { LIMITS } from '../../core/limits.js';
import { LOG_LEVELS, type LogLevel } from '../process/pino-logger.js';
import { parseAddress, parsePort, type HostPort } from './host-port.js';
import type { NodeSettingName, RawSettings } from './node-settings.js';

/** Everything that `kv node start` needs to know, checked. */
export interface NodeConfig {
  readonly init: boolean;
  readonly join: readonly HostPort[];
  /** Undefined takes the name that the data directory has. */
  readonly name: string | undefined;
  /** For a new node that was given no name. */
  readonly defaultName: string;
  readonly clusterName: string;
  readonly dataDir: string;
  readonly listen: HostPort;
  readonly peerListen: HostPort;
  readonly httpListen: HostPort;
  /** Host under which the others reach this node. */
  readonly advertise: string;
  readonly host: string;
  readonly rack: string;
  readonly dc: string;
  readonly vnodes: number;
  readonly diskReserveBytes: number;
  readonly readyFile: string | undefined;
  readonly logLevel: LogLevel;
  readonly logFormat: 'auto' | 'json' | 'pretty';
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const PEER_OFFSET = 1000;
const HTTP_OFFSET = 2000;
const ANY_HOSTS = new Set(['0.0.0.0', '::']);

/**
 * Checks raw settings and fills in the defaults.
 * @throws KvError KV_CONFIG_INVALID naming the setting, where it came from, and what it should be
 */
export function nodeConfig(raw: RawSettings): NodeConfig {
  const read = reader(raw);
  const name = read('name', parseName);
  const defaultName = hostLabel();
  const listen = read('listen', parseAddress) ?? { host: '127.0.0.1', port: 7400 };
  const join = read('join', parseAddresses) ?? [];
  const init = read('init', parseBoolean) ?? false;
  if (init && join.length > 0)
    throw invalid('--init begins a cluster and --join enters one: give only one of them');
  return {
    init,
    join,
    name,
    defaultName,
    clusterName: read('cluster-name', parseName) ?? 'kv',
    dataDir: read('data-dir', nonEmpty) ?? `./kv-data/${name ?? defaultName}`,
    listen,
    peerListen: read('peer-listen', parseAddress) ?? offset(listen, PEER_OFFSET, 'peer-listen'),
    httpListen: read('http-listen', parseAddress) ?? offset(listen, HTTP_OFFSET, 'http-listen'),
    advertise: read('advertise', parseHost) ?? defaultAdvertise(listen),
    host: read('host', parseName) ?? defaultName,
    rack: read('rack', parseName) ?? 'rack1',
    dc: read('dc', parseName) ?? 'dc1',
    vnodes: read('vnodes', parseVnodes) ?? 128,
    diskReserveBytes: read('disk-reserve', parseBytes) ?? LIMITS.diskReserveBytes,
    readyFile: read('ready-file', nonEmpty),
    logLevel: read('log-level', oneOf(LOG_LEVELS)) ?? 'info',
    logFormat: read('log-format', oneOf(['auto', 'json', 'pretty'] as const)) ?? 'auto',
  };
}

/** A level named in a file or variable, for SIGHUP. @throws KvError KV_CONFIG_INVALID */
export function logLevelOf(raw: RawSettings): LogLevel {
  return reader(raw)('log-level', oneOf(LOG_LEVELS)) ?? 'info';
}

/** Parses one text, or says in one clause what it should have been. */
type Parse<T> = (text: string) => T | { readonly wanted: string };

type Reader = <T>(name: NodeSettingName, parse: Parse<T>) => T | undefined;

function reader(raw: RawSettings): Reader {
  return (name, parse) => {
    const given = raw[name];
    if (given === undefined) return undefined;
    const parsed = parse(given.text);
    if (typeof parsed === 'object' && parsed !== null && 'wanted' in parsed)
      throw invalid(`${given.origin}: ${show(given.text)} is not valid: ${parsed.wanted}`);
    return parsed;
  };
}

function show(text: string): string {
  return text === '' ? 'an empty text' : JSON.stringify(text);
}

const parseName: Parse<string> = (text) =>
  NAME.test(text)
    ? text
    : { wanted: `use 1 to ${LIMITS.nodeNameLength} of A-Z a-z 0-9 . _ -, a letter or digit first` };

const nonEmpty: Parse<string> = (text) => (text === '' ? { wanted: 'give a path' } : text);

const parseHost: Parse<string> = (text) => {
  if (/[:/\s]/.test(text) && !/^[0-9a-fA-F:]+$/.test(text))
    return { wanted: 'give a host only, without a port' };
  return text === '' ? { wanted: 'give a host' } : text;
};

const parseBoolean: Parse<boolean> = (text) => {
  if (text === 'true' || text === '1') return true;
  return text === 'false' || text === '0' || text === '' ? false : { wanted: 'use true or false' };
};

const parseVnodes: Parse<number> = (text) => {
  const count = Number(text);
  const valid = Number.isInteger(count) && count >= LIMITS.vnodesMin && count <= LIMITS.vnodesMax;
  return valid
    ? count
    : { wanted: `use a whole number from ${LIMITS.vnodesMin} to ${LIMITS.vnodesMax}` };
};

const parseBytes: Parse<number> = (text) =>
  parseSize(text) ?? { wanted: 'use a size such as 512MiB, 2GiB or 0' };

const parseAddresses: Parse<readonly HostPort[]> = (text) => {
  const addresses: HostPort[] = [];
  for (const part of text.split(',')) {
    const address = parseAddress(part.trim());
    if ('wanted' in address) return address;
    if (address.port === 0) return { wanted: 'port 0 is only for listening' };
    addresses.push(address);
  }
  return addresses;
};

function oneOf<const T extends readonly string[]>(values: T): Parse<T[number]> {
  return (text) =>
    values.find((value) => value === text) ?? { wanted: `use one of ${values.join(', ')}` };
}

/** The port of the sibling listener; all three are free ones when the first is. */
function offset(listen: HostPort, by: number, name: NodeSettingName): HostPort {
  if (listen.port === 0) return listen;
  const port = parsePort(String(listen.port + by));
  if (port === undefined)
    throw invalid(
      `--listen ${listen.port} leaves no port for --${name} (+${by}): give --${name} too`,
    );
  return { host: listen.host, port };
}

function hostLabel(): string {
  const label = hostname().split('.')[0] ?? '';
  return NAME.test(label) ? label : 'n1';
}

function defaultAdvertise(listen: HostPort): string {
  if (!ANY_HOSTS.has(listen.host)) return listen.host;
  throw invalid(
    `--listen ${listen.host} accepts on every interface: give --advertise HOST, the address that others use`,
  );
}

function invalid(message: string): KvError {
  return new KvError('KV_CONFIG_INVALID', message);
}
