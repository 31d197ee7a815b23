import { Errors } from '@oclif/core';
import { KvError } from '../node/core/errors.js';
import { nearest } from '../stdx/nearest.js';

/** What a command accepts, to name the nearest of it. */
export interface Accepts {
  /** `ring owners`. */
  readonly command: string;
  readonly flags: Readonly<Record<string, { readonly char?: string | undefined }>>;
}

/** The fields by which oclif's parse errors are told apart; their classes are not exported. */
interface ParseErrorFields {
  readonly message: string;
  readonly flags?: readonly string[];
  readonly args?: readonly { readonly name?: string }[] | readonly string[];
}

/** What oclif threw while it read the command line, as KV_USAGE that names what was meant; undefined for anything else. */
export function usageError(thrown: unknown, accepts: Accepts): KvError | undefined {
  if (thrown instanceof KvError) return unwrapped(thrown);
  if (!(thrown instanceof Errors.CLIError) || thrown instanceof Errors.ExitError) return undefined;
  const hints = [`kv help ${accepts.command}`.trimEnd()];
  return new KvError('KV_USAGE', messageOf(thrown, accepts), { hints, cause: thrown });
}

/** A coded error of a flag's own parser, without the words that oclif puts around it. */
function unwrapped(thrown: KvError): KvError | undefined {
  const own = /^Parsing --\S+ \n\t([^]*)\nSee more help with --help$/.exec(thrown.message)?.[1];
  return own === undefined ? undefined : new KvError(thrown.code, own, { cause: thrown });
}

function messageOf(thrown: ParseErrorFields, accepts: Accepts): string {
  const unknown = thrown.flags?.[0];
  if (thrown.message.startsWith('Nonexistent flag') && unknown !== undefined)
    return unknownFlag(unknown, accepts);
  const names = (thrown.args ?? []).map((arg) =>
    typeof arg === 'string' ? arg : (arg.name ?? ''),
  );
  if (thrown.message.startsWith('Unexpected argument'))
    return `unexpected ${names.length === 1 ? 'argument' : 'arguments'}: ${names.join(' ')}`;
  const flag = /Missing required flag (\S+)/.exec(thrown.message)?.[1];
  if (flag !== undefined) return `missing ${flag.startsWith('-') ? flag : `--${flag}`}`;
  if (thrown.message.startsWith('Missing'))
    return `missing ${names.map((name) => name.toUpperCase()).join(' ')}`;
  const excluded = /(--[\w-]+)\S* cannot also be provided when using (--[\w-]+)/.exec(
    thrown.message,
  );
  if (excluded !== null) return `${excluded[1]!} and ${excluded[2]!} exclude each other`;
  const needed = /All of the following must be provided when using (--[\w-]+): (--[\w-]+)/.exec(
    thrown.message,
  );
  if (needed !== null) return `${needed[1]!} needs ${needed[2]!}`;
  return lowerFirst(firstParagraph(thrown.message));
}

function unknownFlag(word: string, { flags }: Accepts): string {
  const name = word.replace(/=.*$/, '');
  if (!name.startsWith('--')) {
    const isWord = /^-[^-]{2,}/.test(name);
    return `unknown flag ${name}${isWord ? ': what begins with - stands after --' : ''}`;
  }
  const meant = nearest(name.slice(2), Object.keys(flags));
  return `unknown flag ${name}${meant === undefined ? '' : ` (did you mean --${meant}?)`}`;
}

/** `Expected --output=xml to be one of: table, wide` without the advice to see the help, which is in the hints. */
function firstParagraph(message: string): string {
  return message
    .replace(/\n*See more help with --help$/, '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join(' ');
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}
