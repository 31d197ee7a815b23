/** Plain values worth keeping beside a message. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Structured log lines of one component. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  child(component: string): Logger;
}
