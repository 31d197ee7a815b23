import { LIMITS } from '../../core/limits.js';

/** No operation waits longer than this, whatever its caller says. */
const LONGEST_MS = 60_000;

/** What is left of the deadline of a unary call, in ms; the usual time of a request when it has none. */
export function remainingOf(call: { getDeadline(): Date | number }, wallMs: number): number {
  const deadline = call.getDeadline();
  const atMs = typeof deadline === 'number' ? deadline : deadline.getTime();
  return atMs === Infinity ? LIMITS.requestMs : boundedMs(atMs - wallMs);
}

/** A remaining time as it came over the wire; 0 stands for none given. */
export function remainingFrom(wireMs: number): number {
  return wireMs === 0 ? LIMITS.requestMs : boundedMs(wireMs);
}

function boundedMs(ms: number): number {
  return Math.min(LONGEST_MS, Math.max(1, ms));
}
