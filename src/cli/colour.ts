/** What a piece of text means; each is also said by a word or a mark, for those who see no colour. */
export type Role = 'ok' | 'warn' | 'bad' | 'info' | 'dim' | 'bold';

/** Dresses text for its role, or leaves it as it is. */
export type Paint = (role: Role, text: string) => string;

type Environment = Readonly<Record<string, string | undefined>>;

const CODES: Readonly<Record<Role, readonly [open: string, close: string]>> = {
  ok: ['32', '39'],
  warn: ['33', '39'],
  bad: ['1;31', '22;39'],
  info: ['36', '39'],
  dim: ['2', '22'],
  bold: ['1', '22'],
};

/** Leaves every text as it is. */
export const plainPaint: Paint = (_role, text) => text;

/** Colours from the 16 that every terminal's theme defines. */
export const colourPaint: Paint = (role, text) => {
  const [open, close] = CODES[role];
  return text === '' ? '' : `\x1b[${open}m${text}\x1b[${close}m`;
};

export type ColourChoice = 'auto' | 'always' | 'never';

/** Whether a stream gets colour: what was asked for, else what the environment says, else whether it is a terminal. */
export function wantsColour(
  choice: ColourChoice,
  stream: { readonly isTTY?: boolean | undefined },
  env: Environment,
): boolean {
  if (choice !== 'auto') return choice === 'always';
  if (env['NO_COLOR'] || env['KV_NO_COLOR']) return false;
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  return stream.isTTY === true && env['TERM'] !== 'dumb';
}

/** Whether line drawing beyond ASCII can be shown there. */
export function showsUnicode(
  stream: { readonly isTTY?: boolean | undefined },
  env: Environment,
): boolean {
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || '';
  return stream.isTTY === true && env['TERM'] !== 'linux' && /utf-?8/i.test(locale);
}
