import { pino, type DestinationStream, type Logger as Pino } from 'pino';
import type { LogFields, Logger } from '../../env/log.js';
import { logError } from './log-error.js';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** JSON lines on a stream; the level may change while it runs (SIGHUP). */
export class PinoLogger implements Logger {
  readonly #root: Pino;
  readonly #pino: Pino;
  readonly #children: Pino[];

  private constructor(root: Pino, own: Pino, children: Pino[]) {
    this.#root = root;
    this.#pino = own;
    this.#children = children;
  }

  /** A root logger that stamps every line with the node's name. */
  static create(stream: DestinationStream, level: LogLevel, node: string): PinoLogger {
    const root = pino(
      {
        level,
        base: { node },
        timestamp: pino.stdTimeFunctions.isoTime,
        messageKey: 'msg',
        serializers: { error: logError },
      },
      stream,
    );
    return new PinoLogger(root, root, []);
  }

  debug(message: string, fields: LogFields = {}): void {
    this.#pino.debug(fields, message);
  }

  info(message: string, fields: LogFields = {}): void {
    this.#pino.info(fields, message);
  }

  warn(message: string, fields: LogFields = {}): void {
    this.#pino.warn(fields, message);
  }

  error(message: string, fields: LogFields = {}): void {
    this.#pino.error(fields, message);
  }

  child(component: string): Logger {
    const child = this.#root.child({ component });
    this.#children.push(child);
    return new PinoLogger(this.#root, child, this.#children);
  }

  level(): string {
    return this.#root.level;
  }

  /** Sets the level of this logger and of all that came from it. */
  setLevel(level: LogLevel): void {
    this.#root.level = level;
    for (const child of this.#children) child.level = level;
  }
}
