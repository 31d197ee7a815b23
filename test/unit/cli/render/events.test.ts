import { describe, expect, it } from 'vitest';
import { PLAIN_LOOK } from '../../../../src/cli/look.js';
import { EventLines } from '../../../../src/cli/render/events.js';
import type { EventView } from '../../../../src/node/core/views/event-views.js';

const AT_MS = Date.UTC(2026, 10, 22, 23, 59, 58);

const EVENTS: readonly EventView[] = [
  {
    sequence: 1,
    atMs: AT_MS,
    node: 'n1',
    kind: 'gossip',
    severity: 'bad',
    message: 'n4 is down (silent 6.2 s, no answer to 1 direct and 1 indirect probe), in rack a',
  },
  {
    sequence: 7,
    atMs: AT_MS + 5_000,
    node: 'n10',
    kind: 'transport',
    severity: 'warn',
    message: 'a frame that does not parse\u001b[31m',
  },
  {
    sequence: 2,
    atMs: AT_MS + 6_000,
    node: 'n1',
    kind: 'hint',
    severity: 'info',
    message: '12 hints for n4 were delivered',
  },
];

describe('events as lines', () => {
  it('have the day above the first one of it, and keep to the width', () => {
    expect(new EventLines(PLAIN_LOOK).lines(EVENTS)).toEqual([
      '2026-11-22 UTC',
      'x 23:59:58 n1  gossip    n4 is down (silent 6.2 s, no answer to 1 direct and 1',
      '                         indirect probe), in rack a',
      '2026-11-23 UTC',
      '! 00:00:03 n10 transport a frame that does not parse?[31m',
      '  00:00:04 n1  hint      12 hints for n4 were delivered',
    ]);
  });

  it('tell the day once, however often more of them come', () => {
    const lines = new EventLines({ ...PLAIN_LOOK, wide: true });
    expect(lines.lines(EVENTS.slice(0, 1))).toHaveLength(2);
    expect(lines.lines(EVENTS.slice(0, 1))).toHaveLength(1);
  });
});
