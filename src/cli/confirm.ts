import { createInterface } from 'node:readline/promises';
import { KvError } from '../node/core/errors.js';

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

/** Resolves when the name was given or is typed now. @throws KvError KV_NOT_CONFIRMED */
export async function confirmByName(
  { name, what, given, interactive }: Confirmation,
  ask: (question: string) => Promise<string> = askOnTerminal,
): Promise<void> {
  const typed =
    given ?? (interactive ? await ask(`${what} To proceed, type ${name}: `) : undefined);
  if (typed?.trim() === name) return;
  const why =
    typed === undefined ? 'nobody can be asked here' : `${JSON.stringify(typed)} is not ${name}`;
  throw new KvError('KV_NOT_CONFIRMED', `${what} Not confirmed: ${why}; nothing was done`, {
    hints: [`--confirm ${name}`],
  });
}

async function askOnTerminal(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await terminal.question(question);
  } finally {
    terminal.close();
  }
}
