import { ALERTS, isAlertCode, type AlertRow } from '../node/core/alert-codes.js';
import { ERRORS, isErrorCode, KvError, type ErrorRow } from '../node/core/errors.js';
import { nearest } from '../stdx/nearest.js';

/** A code with what is known of it. */
export type Explained =
  | ({ readonly kind: 'error'; readonly code: string } & ErrorRow)
  | ({ readonly kind: 'alert'; readonly code: string } & AlertRow);

/** Every code that `kv` prints: errors, then alerts and warnings. */
export function allCodes(): readonly Explained[] {
  return [...Object.keys(ERRORS), ...Object.keys(ALERTS)].flatMap((code) => lookUp(code) ?? []);
}

/** What is known of a code, with or without `KV_`. @throws KvError KV_USAGE naming the nearest code */
export function explained(text: string): Explained {
  const upper = text.toUpperCase().replaceAll('-', '_');
  const name = upper.startsWith('KV_') ? upper : `KV_${upper}`;
  const found = lookUp(name);
  if (found !== undefined) return found;
  const near = nearest(
    name,
    allCodes().map(({ code }) => code),
  );
  const advice = near === undefined ? '' : ` (did you mean ${near}?)`;
  throw new KvError('KV_USAGE', `${text} is no code of an error or an alert${advice}`, {
    hints: [near === undefined ? 'kv explain' : `kv explain ${near}`],
  });
}

function lookUp(code: string): Explained | undefined {
  if (isErrorCode(code)) return { kind: 'error', code, ...ERRORS[code] };
  return isAlertCode(code) ? { kind: 'alert', code, ...ALERTS[code] } : undefined;
}
