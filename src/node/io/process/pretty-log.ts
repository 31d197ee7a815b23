import type { DestinationStream } from 'pino';
import prettyStream from 'pino-pretty';

/** Log lines for people: time, level, node and message, in colour on a terminal unless NO_COLOR is set. */
export function pretty(terminal: boolean): DestinationStream {
  return prettyStream({
    colorize: terminal && !process.env['NO_COLOR'],
    ignore: 'pid,hostname,node,component,sequence,event',
    messageFormat: '{node} {msg}',
    singleLine: true,
    sync: true,
    translateTime: 'SYS:HH:MM:ss.l',
  });
}
