import type { Model } from './model.js';

/** What a write leaves in a register. */
export interface Content {
  readonly value: string | undefined;
  /** Earliest time at which it may be gone by itself. */
  readonly expiresFromMs: number;
}

export type RegisterOperation =
  /** `content`: its number; 0 is nothing. */
  | { readonly kind: 'write'; readonly content: number }
  /** A read that found this value. */
  | { readonly kind: 'value'; readonly value: string | undefined }
  /** A read that found that there is one. */
  | { readonly kind: 'present' }
  /** A read that found the tombstone of a deletion. */
  | { readonly kind: 'deleted' }
  /** A read that found this value expired, when no clock showed more than this. */
  | {
      readonly kind: 'expired';
      readonly value: string | undefined;
      readonly highestWallMs: number;
    }
  /** A read that found nothing, for one reason or the other. */
  | { readonly kind: 'absent'; readonly highestWallMs: number };

/**
 * A register that holds one of `contents`, by number, or nothing: 0. What may have expired may be read as nothing; that it is
 * not found again after that is left to the versions.
 */
export function registerModel(contents: readonly Content[]): Model<number, RegisterOperation> {
  return {
    initial: 0,
    isRead: ({ kind }) => kind !== 'write',
    step: (state, operation) => {
      if (operation.kind === 'write') return operation.content;
      return shows(contents[state]!, operation) ? state : undefined;
    },
  };
}

/** Whether a read may have found what it did where this was. */
export function shows(
  { value, expiresFromMs }: Content,
  read: Exclude<RegisterOperation, { readonly kind: 'write' }>,
): boolean {
  switch (read.kind) {
    case 'value':
      return value !== undefined && value === read.value;
    case 'present':
      return value !== undefined;
    case 'deleted':
      return value === undefined;
    case 'expired':
      return value === read.value && expiresFromMs <= read.highestWallMs;
    case 'absent':
      return expiresFromMs <= read.highestWallMs;
  }
}
