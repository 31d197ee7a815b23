import { KvError } from '../../../src/node/core/errors.js';
import type { MetadataChange } from '../../../src/node/core/metadata/cluster-metadata.js';
import type { ClusterView } from '../../../src/node/services.js';
import { assert } from '../../../src/stdx/assert.js';

/** The coded error that a promise ends with. */
export async function failureOf(promise: Promise<unknown>): Promise<KvError> {
  const outcome: unknown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (outcome instanceof KvError) return outcome;
  throw new Error('it did not fail with a coded error', { cause: outcome });
}

/** A change that does no harm: another release of a member. */
export const release =
  (text: string, name: string) =>
  ({ metadata }: ClusterView): MetadataChange => {
    const member = metadata.members.find((candidate) => candidate.name === name);
    assert(member !== undefined, `${name} is a member`);
    const { state: _state, tokens: _tokens, joinedEpoch: _joined, ...descriptor } = member;
    return { kind: 'update', member: { ...descriptor, release: text } };
  };
