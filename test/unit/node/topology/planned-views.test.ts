import { describe, expect, it } from 'vitest';
import type { MetadataChange } from '../../../../src/node/core/metadata/cluster-metadata.js';
import type { LivenessState } from '../../../../src/node/core/views/node-views.js';
import { plannedViews } from '../../../../src/node/topology/planned-views.js';
import { after, clusterOfSize } from '../core/metadata/states.js';

const changes: readonly MetadataChange[] = [
  { kind: 'stage-replication', namespace: 1, replication: { dc1: 2 } },
  { kind: 'begin-plan' },
];
const begun = changes.reduce((before, change) => after(before, change), clusterOfSize(3));
const state = { ...begun, voters: begun.members.map(({ nodeId }) => nodeId) };
const nameOf = (nodeId: string | undefined): string =>
  state.members.find((member) => member.nodeId === nodeId)?.name ?? 'nobody';

describe('the view of a plan', () => {
  it('names who drives it: the first voter that is up', () => {
    const driver = (stateOf: (name: string) => LivenessState): string | undefined =>
      plannedViews(state, {
        stateOf: (nodeId) => stateOf(nameOf(nodeId)),
        reportOf: () => undefined,
      }).plan?.driver;
    const [first, second] = state.voters.map(nameOf);
    expect(driver(() => 'up')).toBe(first);
    expect(driver((name) => (name === first ? 'suspect' : 'up'))).toBe(second);
    expect(driver(() => 'down')).toBe('');
  });
});
