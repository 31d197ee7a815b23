import { KvError } from '../../core/errors.js';

/** Ends a removal when its signal has come: what is gone stays so, and another one goes on with the rest. @throws KvError KV_NOT_READY */
export function endWhenCutOff(signal: AbortSignal): void {
  if (signal.aborted) throw new KvError('KV_NOT_READY', 'the removal of records was cut off');
}
