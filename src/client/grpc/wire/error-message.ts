import { isErrorCode, KvError } from '../../../node/core/errors.js';
import type { Outcome } from '../../../node/core/errors.js';
import { versionFromBytes, versionToBytes } from './version-bytes.js';
import { Error as ErrorMessage, Outcome as WireOutcome } from '../../../generated/kv/v1/kv.js';

const TO_WIRE = {
  applied: WireOutcome.OUTCOME_APPLIED,
  not_applied: WireOutcome.OUTCOME_NOT_APPLIED,
  unknown: WireOutcome.OUTCOME_UNKNOWN,
} as const satisfies Record<Outcome, WireOutcome>;

/** The trailer of a failed unary call that carries the Error message. */
export const ERROR_TRAILER = 'kv-error-bin';

/** The message that carries an error to another process; its cause and its stack stay here. */
export function errorToMessage(error: KvError): ErrorMessage {
  return {
    code: error.code,
    message: error.message,
    outcome: TO_WIRE[error.outcome],
    retryable: error.row.retryable,
    replicas: error.replicas,
    hints: error.hints,
    supersededBy: versionToBytes(error.supersededBy),
  };
}

/** The error that a message carries; a code that this version does not know becomes KV_INTERNAL and is named. */
export function errorFromMessage(message: ErrorMessage): KvError {
  const options = {
    outcome: outcomeOf(message.outcome),
    replicas: message.replicas,
    hints: message.hints,
    supersededBy: versionFromBytes(message.supersededBy),
  };
  if (isErrorCode(message.code)) return new KvError(message.code, message.message, options);
  return new KvError('KV_INTERNAL', `${message.code}: ${message.message}`, options);
}

/** The bytes of the Error message. */
export function encodeError(error: KvError): Buffer {
  return Buffer.from(ErrorMessage.encode(errorToMessage(error)).finish());
}

/** The error in the bytes of an Error message. @throws when they are not one. */
export function decodeError(bytes: Uint8Array): KvError {
  return errorFromMessage(ErrorMessage.decode(bytes));
}

function outcomeOf(outcome: WireOutcome): Outcome {
  switch (outcome) {
    case WireOutcome.OUTCOME_APPLIED:
      return 'applied';
    case WireOutcome.OUTCOME_NOT_APPLIED:
      return 'not_applied';
    case WireOutcome.OUTCOME_UNKNOWN:
    case WireOutcome.OUTCOME_UNSPECIFIED:
    case WireOutcome.UNRECOGNIZED:
      // Whoever does not say that nothing happened must not be read as if it did.
      return 'unknown';
    default:
      return 'unknown';
  }
}
