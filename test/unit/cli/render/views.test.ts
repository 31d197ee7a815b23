import { readFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { colourPaint } from '../../../../src/cli/colour.js';
import { PLAIN_LOOK, type Look } from '../../../../src/cli/look.js';
import {
  renderAlertRow,
  renderCodes,
  renderErrorRow,
} from '../../../../src/cli/render/error-row.js';
import { renderGossip } from '../../../../src/cli/render/gossip.js';
import { renderGossipMatrix } from '../../../../src/cli/render/gossip-matrix.js';
import { renderHints } from '../../../../src/cli/render/hints.js';
import {
  renderNamespace,
  renderNamespaceChanged,
  renderNamespaces,
} from '../../../../src/cli/render/namespaces.js';
import { renderNodeDetail } from '../../../../src/cli/render/node-detail.js';
import { renderNodeList } from '../../../../src/cli/render/node-list.js';
import { renderOwners } from '../../../../src/cli/render/owners.js';
import { renderRing } from '../../../../src/cli/render/ring.js';
import { renderStatus } from '../../../../src/cli/render/status.js';
import { renderStorage } from '../../../../src/cli/render/storage.js';
import { renderJobs } from '../../../../src/cli/render/storage-jobs.js';
import { renderTombstones } from '../../../../src/cli/render/tombstones.js';
import { renderTrace, summariseTrace } from '../../../../src/cli/render/trace.js';
import { textWidth } from '../../../../src/cli/text-width.js';
import { allCodes } from '../../../../src/cli/explained.js';
import { ALERTS } from '../../../../src/node/core/alert-codes.js';
import { ERRORS } from '../../../../src/node/core/errors.js';
import type { StatusView } from '../../../../src/node/core/views/status-views.js';
import { NAMESPACE_CHANGED, NAMESPACES } from '../../../integration/example-namespaces.js';
import {
  exampleDetail,
  exampleGossip,
  exampleOwners,
  exampleRing,
  exampleStatus,
  exampleTrace,
  healthyStatus,
} from '../example-views.js';
import {
  exampleJobs,
  exampleStorage,
  exampleTombstones,
  manyTombstones,
  STORAGE_AT_MS,
} from '../example-storage.js';

const { key } = exampleOwners;
const ranges = [
  { start: 0x01545000, end: 0x01867000, replicas: ['n1', 'n3', 'n2'] },
  { start: 0xff384000, end: 0x01545000, replicas: ['n2', 'n1', 'n3'] },
];

/** n1 replays to n4, n2 is held back; and some were lost. */
const replaying: StatusView = {
  ...exampleStatus,
  nodes: exampleStatus.nodes.map((node) => {
    const { report } = node;
    if (report === undefined) return { ...node, state: 'up' };
    const rate = { bytesPerSecond: 4 * 1024 * 1024, state: 'replaying' } as const;
    const hints = report.hints.map((one) =>
      node.name === 'n1' ? { ...one, ...rate } : { ...one, state: 'paused' as const },
    );
    return { ...node, report: { ...report, hints, repairMarkedSlots: 12 } };
  }),
};

/** One copy has expired, and one does soon. */
const expiringOwners = {
  ...exampleOwners,
  replicas: exampleOwners.replicas.map((owner, i) => ({
    ...owner,
    expiresAtMs: [exampleOwners.atMs - 5_000, exampleOwners.atMs + 90_000, undefined][i],
  })),
};

const views: Readonly<Record<string, (look: Look) => string>> = {
  status: (look) => renderStatus(exampleStatus, look),
  'status-healthy': (look) => renderStatus(healthyStatus, look),
  'node-list': (look) => renderNodeList(exampleStatus, look),
  'node-show': (look) => renderNodeDetail(exampleDetail, look),
  'ring-show': (look) => renderRing(exampleRing, look),
  'ring-show-all': (look) => renderRing({ ...exampleRing, ranges }, look),
  'ring-owners': (look) => renderOwners(exampleOwners, { offline: false }, look),
  'ring-owners-offline': (look) => renderOwners(exampleOwners, { offline: true }, look),
  gossip: (look) => renderGossip(exampleGossip, look),
  'gossip-matrix': (look) => renderGossipMatrix(exampleGossip, look),
  hints: (look) => renderHints(exampleStatus, look),
  'hints-replaying': (look) => renderHints(replaying, look),
  'hints-none': (look) => renderHints(healthyStatus, look),
  storage: (look) => renderStorage(exampleStorage, look, STORAGE_AT_MS),
  'storage-node': (look) => renderStorage(exampleStorage.slice(0, 1), look, STORAGE_AT_MS),
  tombstones: (look) => renderTombstones(exampleTombstones, look),
  'tombstones-node': (look) => renderTombstones(exampleTombstones.slice(0, 1), look),
  'tombstones-many': (look) => renderTombstones(manyTombstones, look),
  'storage-jobs': (look) => renderJobs(exampleJobs, look),
  namespaces: (look) => renderNamespaces(NAMESPACES, look),
  namespace: (look) => renderNamespace(NAMESPACES.namespaces[0]!, look),
  'namespace-created': (look) => renderNamespaceChanged(NAMESPACE_CHANGED, 'created', look),
  'namespace-dropped': (look) => renderNamespaceChanged(NAMESPACE_CHANGED, 'dropped', look),
  'ring-owners-expiring': (look) => renderOwners(expiringOwners, { offline: false }, look),
  'ring-owners-namespace': (look) =>
    renderOwners({ ...exampleOwners, namespace: 'orders' }, { offline: true }, look),
  trace: (look) => renderTrace(exampleTrace, key, look),
  'trace-summary': (look) => summariseTrace(exampleTrace, key, look),
  explain: (look) => renderErrorRow('KV_UNAVAILABLE', ERRORS.KV_UNAVAILABLE, look),
  'explain-alert': (look) => renderAlertRow('KV_RECOVERING', ALERTS.KV_RECOVERING, look),
  'explain-all': (look) => renderCodes(allCodes().slice(-3), look),
};

const names = Object.keys(views);

/** The text that was looked at and found right. */
function golden(name: string): string {
  return readFileSync(new URL(`golden/${name}.txt`, import.meta.url), 'utf8');
}

describe('the text of a view', () => {
  it.each(names)('%s is as drawn', (name) => {
    expect(views[name]!(PLAIN_LOOK)).toBe(golden(name));
  });

  it.each(names)('%s says the same without its colours', (name) => {
    const coloured = views[name]!({ ...PLAIN_LOOK, paint: colourPaint });

    expect(stripVTControlCharacters(coloured)).toBe(golden(name));
  });

  it.each(names.flatMap((name) => [80, 100, 132].map((width) => [name, width] as const)))(
    '%s keeps to %i columns',
    (name, width) => {
      const lines = views[name]!({ ...PLAIN_LOOK, width }).split('\n');

      expect(lines.filter((line) => textWidth(line) > width)).toEqual([]);
    },
  );

  it.each(names)('%s has no blanks at the end of a line', (name) => {
    const lines = views[name]!(PLAIN_LOOK).split('\n');

    expect(lines.filter((line) => /\s$/.test(line))).toEqual([]);
  });
});

describe('a wide view', () => {
  it('shows what 80 columns have no room for', () => {
    const wide = renderStatus(exampleStatus, { ...PLAIN_LOOK, wide: true });

    expect(wide).toContain('10.0.0.13:9400');
    expect(wide).toContain('10.0.0.14:8400: no answer');
    expect(renderStatus(exampleStatus, PLAIN_LOOK)).not.toContain('10.0.0.13:9400');
  });

  it('of deletes has the namespaces without any too', () => {
    const wide = renderTombstones(manyTombstones, { ...PLAIN_LOOK, wide: true });

    expect(wide.match(/^n\d +(default|orders|sessions-of-visitors) /gm)).toHaveLength(8);
    expect(wide).not.toContain('not shown');
  });

  it('shows whole versions', () => {
    const wide = renderOwners(exampleOwners, { offline: false }, { ...PLAIN_LOOK, wide: true });

    expect(wide).toContain('01a2044a7bba0003-7a26c5eac7adda10');
  });
});

describe('a view without its header', () => {
  it('has the rows alone', () => {
    const text = renderNodeList(exampleStatus, { ...PLAIN_LOOK, header: false });

    expect(text.split('\n').map((line) => line.slice(0, 4))).toEqual([
      ...['* n1', '  n2', '  n3', 'x n4', '  n5', '+ n6'],
      '',
    ]);
  });
});

describe('a ring', () => {
  it('is drawn with blocks where they can be shown', () => {
    expect(renderRing(exampleRing, { ...PLAIN_LOOK, unicode: true })).toContain('▇▄▁█▅▂█▆▃');
  });
});

describe('a gossip matrix of many nodes', () => {
  it('is drawn in blocks that fit the width', () => {
    const nodes = Array.from({ length: 40 }, (_, i) => ({
      ...exampleGossip.nodes[0]!,
      name: `node-${i}`,
    }));
    const text = renderGossipMatrix({ ...exampleGossip, nodes }, PLAIN_LOOK);

    expect(text.match(/from\\sees/g)?.length).toBe(5);
    for (const { name } of nodes) expect(text).toContain(` ${name}`);
    expect(Math.max(...text.split('\n').map(textWidth))).toBeLessThanOrEqual(80);
  });
});

describe('what comes from elsewhere', () => {
  it('cannot move the cursor of the one who reads it', () => {
    const evil = 'x\u001B[2Jx\u202Ex';
    const status = {
      ...exampleStatus,
      cluster: evil,
      nodes: exampleStatus.nodes.map((node) => ({ ...node, rack: evil, name: evil })),
      alerts: exampleStatus.alerts.map((alert) => ({ ...alert, message: evil, hints: [evil] })),
    };

    expect(renderStatus(status, PLAIN_LOOK)).not.toMatch(/[\u001B\u202E]/);
  });
});
