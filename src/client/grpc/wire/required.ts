import { BadFrame } from './bad-frame.js';

/** The nested message, which the sender always writes. @throws BadFrame when it is missing */
export function required<T>(message: T | undefined): T {
  if (message === undefined) throw new BadFrame('a nested message is missing');
  return message;
}
