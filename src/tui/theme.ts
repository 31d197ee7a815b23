import type { Line, Role, Span } from './line.js';

/** The characters that draw the frame; each takes one cell. */
export interface Glyphs {
  /** Lowest to highest; the first stands for nothing at all. */
  readonly levels: readonly string[];
  readonly rule: string;
  readonly wall: string;
  readonly track: string;
  readonly thumb: string;
  /** Bars: filled, empty, and a threshold in either. */
  readonly full: string;
  readonly empty: string;
  readonly markFull: string;
  readonly markEmpty: string;
  readonly descending: string;
  readonly ascending: string;
  readonly cut: string;
  readonly pointer: string;
  /** A node that is seen, and a count of nothing. */
  readonly dot: string;
  /** A part of a bar that is not there. */
  readonly broken: string;
}

export interface Theme {
  readonly glyphs: Glyphs;
  /** The line as the terminal wants it; only SGR sequences are added. */
  paint(line: Line): string;
}

const UNICODE: Glyphs = {
  levels: ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
  rule: '─',
  wall: '│',
  track: '│',
  thumb: '█',
  full: '━',
  empty: '─',
  markFull: '┿',
  markEmpty: '┼',
  descending: '▼',
  ascending: '▲',
  cut: '…',
  pointer: '▲',
  dot: '·',
  broken: '╳',
};

const ASCII: Glyphs = {
  levels: ['.', ':', '|', '#'],
  rule: '-',
  wall: '|',
  track: '|',
  thumb: '#',
  full: '#',
  empty: '.',
  markFull: '+',
  markEmpty: '|',
  descending: 'v',
  ascending: '^',
  cut: '~',
  pointer: '^',
  dot: '.',
  broken: 'x',
};

type Sgr = readonly [open: string, close: string];
const colour = (code: number): Sgr => [`\x1b[${code}m`, '\x1b[39m'];
const BOLD: Sgr = ['\x1b[1m', '\x1b[22m'];
const FAINT: Sgr = ['\x1b[2m', '\x1b[22m'];
const INVERSE: Sgr = ['\x1b[7m', '\x1b[27m'];
/** Told apart on dark and on light backgrounds, and none of them the red of trouble. */
const HUES = [36, 33, 35, 32, 34, 96, 93, 95, 92, 94].map(colour);

function inColour(role: Role): readonly Sgr[] {
  switch (role) {
    case 'ok':
      return [colour(32)];
    case 'warn':
      return [colour(33)];
    case 'bad':
      return [BOLD, colour(31)];
    case 'info':
      return [colour(36)];
    case 'accent':
      return [BOLD, colour(36)];
    case 'alarm':
      return [INVERSE, colour(31)];
    case 'dim':
    case 'bold':
    case 'sel':
      return inMono(role);
    default:
      return [HUES[Number(role.slice(3)) % HUES.length]!];
  }
}

/** Without colour the words and marks carry the meaning; weight and inverse still help the eye. */
function inMono(role: Role): readonly Sgr[] {
  switch (role) {
    case 'bad':
    case 'accent':
    case 'bold':
      return [BOLD];
    case 'sel':
    case 'alarm':
      return [INVERSE];
    case 'dim':
      return [FAINT];
    case 'ok':
    case 'warn':
    case 'info':
    default:
      return [];
  }
}

/** The look for a terminal: 16 colours or none, line drawing or ASCII. */
export function makeTheme(options: { readonly color: boolean; readonly ascii: boolean }): Theme {
  const look = options.color ? inColour : inMono;
  const codes = new Map<Role, Sgr>();
  const codesOf = (role: Role): Sgr => {
    let found = codes.get(role);
    if (found === undefined) {
      const pairs = look(role);
      const closing = [...pairs].reverse();
      found = [pairs.map(([open]) => open).join(''), closing.map(([, close]) => close).join('')];
      codes.set(role, found);
    }
    return found;
  };
  return {
    glyphs: options.ascii ? ASCII : UNICODE,
    paint(line) {
      let painted = '';
      for (const { text, role } of merged(line)) {
        if (role === undefined) painted += text;
        else painted += codesOf(role)[0] + text + codesOf(role)[1];
      }
      return painted;
    },
  };
}

/** The line in as few spans as possible: neighbours of one role are one, and blanks need no role unless it is inverse. */
function merged(line: Line): Line {
  const spans: Span[] = [];
  for (const { text, role } of line) {
    const isBare = text.trim() === '' && role !== 'sel' && role !== 'alarm';
    const last = spans.at(-1);
    if (text === '') continue;
    if (
      last !== undefined &&
      (last.role === role || (isBare && last.role !== 'sel' && last.role !== 'alarm'))
    ) {
      spans[spans.length - 1] = { text: last.text + text, role: last.role };
    } else {
      spans.push({ text, role: isBare ? undefined : role });
    }
  }
  return withoutTail(spans);
}

/** What is blank up to the right margin is not sent: the rest of the row is erased instead. */
function withoutTail(spans: Span[]): Line {
  const last = spans.at(-1);
  if (last === undefined || last.role === 'sel' || last.role === 'alarm') return spans;
  const text = last.text.trimEnd();
  if (text !== '') return [...spans.slice(0, -1), { text, role: last.role }];
  return withoutTail(spans.slice(0, -1));
}

type Environment = Readonly<Record<string, string | undefined>>;

/** True when the terminal is not known to show UTF-8 line drawing in single cells. */
export function wantsAscii(env: Environment): boolean {
  if (env['TERM'] === 'linux') return true;
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || '';
  return !/utf-?8/i.test(locale);
}

/** True unless the environment asks for no colour. */
export function wantsColor(env: Environment): boolean {
  if (env['FORCE_COLOR'] !== undefined) return !['0', 'false'].includes(env['FORCE_COLOR']);
  return !env['NO_COLOR'] && !env['KV_NO_COLOR'];
}
