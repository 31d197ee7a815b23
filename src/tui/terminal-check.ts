interface MaybeTerminal {
  readonly isTTY?: boolean | undefined;
}

/** Where a dashboard would read and draw. */
export interface Streams {
  readonly stdin: MaybeTerminal;
  readonly stdout: MaybeTerminal;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Why no dashboard can be drawn here, or undefined when it can; loads nothing, so that it can be asked before Ink is. */
export function terminalProblem(streams: Streams, env: Environment): string | undefined {
  if (streams.stdin.isTTY !== true) return 'standard input is not a terminal';
  if (streams.stdout.isTTY !== true) return 'standard output is not a terminal';
  if (env['TERM'] === 'dumb') return 'TERM is dumb: this terminal cannot place the cursor';
  if (env['INK_SCREEN_READER'] === 'true') return 'INK_SCREEN_READER asks for plain text';
  return undefined;
}
