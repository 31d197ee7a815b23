import { readFileSync } from 'node:fs';
import { parse as parseToml } from 'smol-toml';
import { nearest } from '../../../stdx/nearest.js';
import { KvError } from '../../core/errors.js';

/** One setting of a node: a flag `--NAME`, a variable `KV_NODE_NAME`, and a key of the TOML file. */
interface NodeSetting {
  readonly name: string;
  readonly help: string;
  /** What `--help` shows as the default. */
  readonly fallback?: string;
  readonly value: 'text' | 'boolean' | 'list';
  readonly placeholder?: string;
}

/** The one list of settings: flags, variables, file keys and their help come from it. */
export const NODE_SETTINGS = [
  { name: 'init', value: 'boolean', help: 'begin a new cluster with this node' },
  {
    name: 'join',
    value: 'list',
    placeholder: 'HOST:PORT,..',
    help: 'enter the cluster of these client addresses',
  },
  {
    name: 'name',
    value: 'text',
    placeholder: 'NAME',
    fallback: 'the host name',
    help: 'name of the node, unique in the cluster',
  },
  {
    name: 'cluster-name',
    value: 'text',
    placeholder: 'NAME',
    fallback: 'kv',
    help: 'name of the cluster, with --init',
  },
  {
    name: 'data-dir',
    value: 'text',
    placeholder: 'DIR',
    fallback: './kv-data/NAME',
    help: 'directory of the data of this node alone',
  },
  {
    name: 'listen',
    value: 'text',
    placeholder: 'HOST:PORT',
    fallback: '127.0.0.1:7400',
    help: 'where clients connect; port 0 takes free ports',
  },
  {
    name: 'peer-listen',
    value: 'text',
    placeholder: 'HOST:PORT',
    fallback: 'port + 1000',
    help: 'where other nodes connect',
  },
  {
    name: 'http-listen',
    value: 'text',
    placeholder: 'HOST:PORT',
    fallback: 'port + 2000',
    help: '/metrics, /livez and /readyz',
  },
  {
    name: 'advertise',
    value: 'text',
    placeholder: 'HOST',
    fallback: 'the host of --listen',
    help: 'host under which others reach this node',
  },
  {
    name: 'host',
    value: 'text',
    placeholder: 'NAME',
    fallback: 'the host name',
    help: 'machine of the node: copies go to distinct ones',
  },
  {
    name: 'rack',
    value: 'text',
    placeholder: 'NAME',
    fallback: 'rack1',
    help: 'rack of the node: copies go to distinct ones',
  },
  {
    name: 'dc',
    value: 'text',
    placeholder: 'NAME',
    fallback: 'dc1',
    help: 'data centre of the node',
  },
  {
    name: 'vnodes',
    value: 'text',
    placeholder: 'N',
    fallback: '128',
    help: 'tokens that the node takes when it joins, 1 to 256',
  },
  {
    name: 'disk-reserve',
    value: 'text',
    placeholder: 'SIZE',
    fallback: '512MiB',
    help: 'free space of the disk below which no record is written; 0 for none',
  },
  {
    name: 'ready-file',
    value: 'text',
    placeholder: 'FILE',
    help: 'write the bound addresses there, as JSON, once the node serves',
  },
  {
    name: 'log-level',
    value: 'text',
    placeholder: 'LEVEL',
    fallback: 'info',
    help: 'debug, info, warn or error; SIGHUP reads it again',
  },
  {
    name: 'log-format',
    value: 'text',
    placeholder: 'FORMAT',
    fallback: 'auto',
    help: 'json, pretty, or auto: pretty on a terminal',
  },
] as const satisfies readonly NodeSetting[];

export type NodeSettingName = (typeof NODE_SETTINGS)[number]['name'];

/** A setting as it was given, and by what: `--listen`, `KV_NODE_LISTEN`, `listen in kv.toml`. */
interface GivenSetting {
  readonly text: string;
  readonly origin: string;
}

export type RawSettings = Readonly<Partial<Record<NodeSettingName, GivenSetting>>>;

const ENV_PREFIX = 'KV_NODE_';

/** Settings from all three places: a flag wins over a variable, a variable over the file. @throws KvError KV_CONFIG_INVALID */
export function gatherSettings(sources: {
  readonly flags: Readonly<Partial<Record<NodeSettingName, string>>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly file: string | undefined;
}): RawSettings {
  const flags = Object.entries(sources.flags).map(
    ([name, text]): readonly [string, GivenSetting] => [name, { text, origin: `--${name}` }],
  );
  const file = sources.file === undefined ? {} : fromFile(sources.file);
  return { ...file, ...fromEnv(sources.env), ...Object.fromEntries(flags) };
}

function fromEnv(env: Readonly<Record<string, string | undefined>>): RawSettings {
  const settings: Record<string, GivenSetting> = {};
  for (const [variable, text] of Object.entries(env)) {
    if (!variable.startsWith(ENV_PREFIX) || text === undefined) continue;
    const name = variable.slice(ENV_PREFIX.length).toLowerCase().replaceAll('_', '-');
    if (name === 'config') continue;
    if (!isSetting(name)) throw unknown(variable, name, (near) => variableOf(near));
    settings[name] = { text, origin: variable };
  }
  return settings;
}

function fromFile(path: string): RawSettings {
  let document: Readonly<Record<string, unknown>>;
  try {
    document = parseToml(readFileSync(path, 'utf8'));
  } catch (error) {
    // The first line of a parser's message says what and where; the rest draws the place.
    const reason = (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
    throw new KvError('KV_CONFIG_INVALID', `cannot read ${path}: ${reason}`, { cause: error });
  }
  const settings: Record<string, GivenSetting> = {};
  for (const [key, value] of Object.entries(document)) {
    if (!isSetting(key)) throw unknown(`key ${key} in ${path}`, key, (near) => near);
    settings[key] = { text: textOf(value, `${key} in ${path}`), origin: `${key} in ${path}` };
  }
  return settings;
}

function textOf(value: unknown, origin: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint')
    return String(value);
  if (Array.isArray(value) && value.every((item) => typeof item === 'string'))
    return value.join(',');
  throw new KvError('KV_CONFIG_INVALID', `${origin}: use a text, a number, true or false`);
}

function unknown(what: string, name: string, show: (near: string) => string): KvError {
  const near = nearest(
    name,
    NODE_SETTINGS.map((setting) => setting.name),
  );
  const advice = near === undefined ? 'see `kv node start --help`' : `did you mean ${show(near)}?`;
  return new KvError('KV_CONFIG_INVALID', `unknown setting: ${what}: ${advice}`);
}

function isSetting(name: string): name is NodeSettingName {
  return NODE_SETTINGS.some((setting) => setting.name === name);
}

/** The environment variable of a setting. */
export function variableOf(name: string): string {
  return `${ENV_PREFIX}${name.toUpperCase().replaceAll('-', '_')}`;
}
