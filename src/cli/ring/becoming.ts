import type { PlannedChangeView } from '../../node/core/views/topology-views.js';

/** What a node is to become: it takes ranges on, or gives all of them up. */
export type Becoming = 'joining' | 'leaving';

/** What becomes of the node of this name; undefined when it stays as it is. */
export function becomingOf(
  changes: readonly PlannedChangeView[],
  name: string,
): Becoming | undefined {
  for (const { kind, node, replaces } of changes) {
    if (kind === 'replace' && replaces === name) return 'leaving';
    if (node === name) return kind === 'leave' || kind === 'remove' ? 'leaving' : 'joining';
  }
  return undefined;
}
