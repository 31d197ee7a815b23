import { describe, expect, it } from 'vitest';
import { heldHints } from '../../../src/cli/held-hints.js';
import { hintsFacts } from '../../../src/cli/results.js';
import type { HintReport } from '../../../src/node/core/views/hint-views.js';
import type { LivenessState } from '../../../src/node/core/views/node-views.js';
import type { StatusView } from '../../../src/node/core/views/status-views.js';
import { exampleStatus } from './example-views.js';

/** The example, in which n1 and n2 keep hints for n4, with n4 as it is told, and the hints in these states. */
function viewOf(
  liveness: LivenessState,
  states: Readonly<Record<string, HintReport['state']>>,
): StatusView {
  const nodes = exampleStatus.nodes.map((node) => {
    if (node.name === 'n4') return { ...node, liveness };
    if (node.report === undefined) return node;
    const hints = node.report.hints.map((one) => ({
      ...one,
      state: states[node.name] ?? 'waiting',
    }));
    return { ...node, report: { ...node.report, hints } };
  });
  return { ...exampleStatus, nodes };
}

const HOLDERS = ['n1', 'n2', 'n3'];
const messagesOf = (view: StatusView, target = 'n4'): readonly string[] =>
  heldHints(view, target, HOLDERS).warnings.map(({ message }) => message);

describe('a replay', () => {
  it('sends what waits for a node that is up', () => {
    const view = viewOf('up', { n1: 'waiting', n2: 'replaying' });
    expect(heldHints(view, '', HOLDERS)).toEqual({ on: new Map(), warnings: [] });
  });

  it('sends nothing to a node that is down, and says so', () => {
    const view = viewOf('down', {});
    expect(messagesOf(view)).toEqual(['n4 is down: its hints are sent when it is back']);
    expect(heldHints(view, '', ['n1']).on).toEqual(new Map([['n1', 212_000]]));
    expect(messagesOf(view, 'n3')).toEqual([]);
  });

  it('sends nothing that is paused, and says how it goes on', () => {
    const all = viewOf('up', { n1: 'paused', n2: 'paused' });
    expect(messagesOf(all)).toEqual(['the hints for n4 are paused: kv hints resume n4']);
    const some = viewOf('up', { n1: 'paused' });
    expect(messagesOf(some)).toEqual(['the hints for n4 are paused on n1: kv hints resume n4']);
    expect(heldHints(some, 'n4', HOLDERS).on).toEqual(new Map([['n1', 212_000]]));
  });
});

describe('a list of hints', () => {
  it('warns of the nodes that did not answer: what they keep is not counted', () => {
    const { warnings, partial } = hintsFacts(exampleStatus);
    expect(warnings).toEqual([
      { code: 'KV_UNREACHABLE', message: 'n4: 10.0.0.14:8400: no answer' },
    ]);
    expect(partial).toMatchObject([{ node: 'n4' }]);
  });
});
