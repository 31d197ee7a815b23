import { createInterface } from 'node:readline';
import { KvError } from '../node/core/errors.js';
import { Interrupted } from './exit-codes.js';

/** What must be typed, and how. */
export interface Confirmation {
  /** `n4`. */
  readonly name: string;
  /** What happens, as a sentence. */
  readonly what: string;
  /** What `--confirm` was given, if it was. */
  readonly given: string | undefined;
  /** Whether somebody may be asked. */
  readonly interactive: boolean;
}

/** Where a question is asked, and answered. */
export interface Terminal {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
}

/** Resolves when the name was given or is typed now. @throws KvError KV_NOT_CONFIRMED; Interrupted after Ctrl-C */
export async function confirmByName(
  { name, what, given, interactive }: Confirmation,
  ask: (question: string) => Promise<string | undefined> = askOnTerminal,
): Promise<void> {
  const typed =
    given ?? (interactive ? await ask(`${what} To proceed, type ${name}: `) : undefined);
  if (typed?.trim() === name) return;
  const nothing = interactive ? 'nothing was typed' : 'nobody can be asked here';
  const why = typed === undefined ? nothing : `${JSON.stringify(typed)} is not ${name}`;
  throw new KvError('KV_NOT_CONFIRMED', `${what} Not confirmed: ${why}; nothing was done`, {
    hints: [`--confirm ${name}`],
  });
}

/** What is to be agreed to, and how. */
export interface Agreement {
  /** What is asked, without its question mark: `Begin this plan`. */
  readonly what: string;
  /** `--yes` was given. */
  readonly given: boolean;
  readonly interactive: boolean;
}

/** Resolves when --yes was given or `y` is typed now. @throws KvError KV_NOT_CONFIRMED; Interrupted after Ctrl-C */
export async function confirmYes(
  { what, given, interactive }: Agreement,
  ask: (question: string) => Promise<string | undefined> = askOnTerminal,
): Promise<void> {
  if (given) return;
  const typed = interactive ? await ask(`${what}? [y/N] `) : undefined;
  if (typed !== undefined && /^y(es)?$/i.test(typed.trim())) return;
  const why = interactive ? 'it was not answered with y' : 'nobody can be asked here';
  throw new KvError('KV_NOT_CONFIRMED', `${what}? Not confirmed: ${why}; nothing was done`, {
    hints: ['--yes'],
  });
}

/** What is typed; undefined when the input ends first, as with Ctrl-D. @throws Interrupted after Ctrl-C */
export async function askOnTerminal(
  question: string,
  { input, output }: Terminal = { input: process.stdin, output: process.stderr },
): Promise<string | undefined> {
  const terminal = createInterface({ input, output });
  try {
    return await new Promise<string | undefined>((resolve, reject) => {
      // What comes next is to be on a line of its own.
      terminal.once('SIGINT', () => {
        output.write('\n');
        reject(new Interrupted('nothing was done'));
      });
      const ended = (): void => {
        output.write('\n');
        resolve(undefined);
      };
      terminal.once('close', ended);
      terminal.question(question, (typed) => {
        terminal.removeListener('close', ended);
        resolve(typed);
      });
    });
  } finally {
    terminal.removeAllListeners('close');
    terminal.close();
  }
}
