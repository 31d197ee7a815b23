import { describe, expect, it } from 'vitest';
import type { HintReport } from '../../../../src/node/core/views/hint-views.js';
import { hintAlerts, hintText } from '../../../../src/node/status/hint-alerts.js';

const N3 = { nodeId: 'id3', name: 'n3' };

function holder(
  name: string,
  hints: Partial<HintReport> | undefined,
  repairMarkedSlots = 0,
): Parameters<typeof hintAlerts>[0][number] {
  const usual: HintReport = {
    target: N3.nodeId,
    count: 10,
    bytes: 100,
    oldestAgeMs: 60_000,
    windowLeftMs: 7_200_000,
    bytesPerSecond: 0,
    state: 'waiting',
  };
  return { name, hints: hints === undefined ? [] : [{ ...usual, ...hints }], repairMarkedSlots };
}

describe('the alerts about hints', () => {
  it('are none while hints wait for a node that is away', () => {
    expect(hintAlerts([holder('n1', {}), holder('n2', undefined)], [N3])).toEqual([]);
  });

  it('name hints that are paused, who keeps them, and when they are given up', () => {
    const paused = [
      holder('n1', { state: 'paused', windowLeftMs: 3_600_000 }),
      holder('n2', { state: 'paused' }),
    ];
    expect(hintAlerts(paused, [N3])).toEqual([
      {
        severity: 'warn',
        code: 'KV_HINTS_PAUSED',
        node: 'n3',
        message: '20 hints for it are paused on n1 n2, and are given up in 1h',
        hints: ['kv hints resume n3'],
      },
    ]);
  });

  it('name slots that wait for a repair', () => {
    const [marked, ...rest] = hintAlerts([holder('n1', undefined, 12)], [N3]);
    expect(marked).toMatchObject({ code: 'KV_REPAIR_MARKED', node: 'n1' });
    expect(marked?.message).toContain('has marked 12 slots of the ring for repair');
    expect(rest).toEqual([]);
  });
});

describe('the alert of a node that is down', () => {
  it('says who keeps what it missed, and for how long', () => {
    const text = hintText([holder('n1', { windowLeftMs: 3_600_000 }), holder('n2', {})], 'id3');
    expect(text).toContain('kept as hints on n1 n2, for 1h more');
    expect(hintText([holder('n1', undefined)], 'id3')).toBe('');
  });
});
