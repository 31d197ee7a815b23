import type { ReadResult, WriteResult } from '../client/client.js';
import { hintsByTarget, repairMarks } from '../node/core/hints/hints-view.js';
import { formatVersion } from '../node/core/version/version.js';
import { jobOf } from '../node/core/topology/plan-job.js';
import type { GossipView } from '../node/core/views/gossip-views.js';
import type { NodeDetailView, NodeView } from '../node/core/views/node-views.js';
import type { OwnersView, RingView } from '../node/core/views/ring-views.js';
import type { StatusView } from '../node/core/views/status-views.js';
import { missingWarnings, type Facts, type MissingPart, type Warning } from './envelope.js';
import type { PlannedRingView } from './ring/show-view.js';
import { streamRows } from './render/streams.js';
import { encodeKey, encodeValue, type KeyEncoding } from './keys.js';

/** One key of `get` and `exists`; `value` is left out when it is not wanted. */
export function readItem(
  key: Uint8Array,
  encoding: KeyEncoding,
  read: { readonly result: ReadResult; readonly withValue: boolean },
): object {
  const { result, withValue } = read;
  const named = encodeKey(key, encoding);
  return {
    key: named.text,
    encoding: named.encoding,
    found: result.found,
    ...(withValue && result.value !== undefined ? encodeValue(result.value) : {}),
    version: result.version === undefined ? undefined : formatVersion(result.version),
    expiresAt:
      result.expiresAtMs === undefined ? undefined : new Date(result.expiresAtMs).toISOString(),
    coordinator: result.coordinator,
    tookMs: result.tookMs,
    trace: result.trace,
  };
}

/** One key of `put` and `delete`. */
export function writtenItem(key: Uint8Array, encoding: KeyEncoding, result: WriteResult): object {
  const named = encodeKey(key, encoding);
  return {
    key: named.text,
    encoding: named.encoding,
    version: formatVersion(result.version),
    acks: result.acks,
    coordinator: result.coordinator,
    tookMs: result.tookMs,
    trace: result.trace,
  };
}

/** What a write warns of, once each. */
export function writeWarnings(results: readonly WriteResult[]): readonly Warning[] {
  const messages = new Set(results.flatMap(({ warnings }) => warnings));
  return [...messages].map((message) => ({
    code: message.startsWith('no replica has it yet') ? 'KV_HINTED_ONLY' : 'KV_FEWER_COPIES',
    message,
  }));
}

export function statusFacts(view: StatusView): Facts {
  return {
    cluster: view.cluster,
    viewedFrom: view.viewedFrom,
    atMs: view.atMs,
    result: view,
    warnings: view.alerts.map(({ code, node, message }) => ({
      code,
      message: node === undefined ? message : `${node} ${message}`,
    })),
    partial: missingParts(view.nodes),
  };
}

export function nodeListFacts(view: StatusView): Facts {
  return { ...statusFacts(view), result: { nodes: view.nodes }, warnings: [] };
}

export function nodeDetailFacts(view: NodeDetailView): Facts {
  return {
    cluster: view.cluster,
    viewedFrom: view.viewedFrom,
    result: view,
    partial: missingParts([view.node]),
  };
}

export function ringFacts(view: RingView, pending: PlannedRingView | undefined): Facts {
  const { cluster, viewedFrom } = view;
  return { cluster, viewedFrom, result: { ...view, pending: pending ?? null } };
}

export function ownersFacts(view: OwnersView, encoding: KeyEncoding): Facts {
  const named = encodeKey(view.key, encoding);
  return {
    viewedFrom: view.viewedFrom,
    result: { ...view, key: named.text, encoding: named.encoding },
    partial: view.replicas.flatMap(({ node, error }) =>
      error === undefined ? [] : [{ node, error }],
    ),
  };
}

export function gossipFacts(view: GossipView): Facts {
  return {
    viewedFrom: view.viewedFrom,
    result: {
      ...view,
      nodes: view.nodes.map(({ heartbeatAgeMs, roundTripMs, ...node }) => ({
        ...node,
        ageMs: heartbeatAgeMs,
        rttMs: roundTripMs,
      })),
    },
  };
}

export function gossipMatrixFacts(view: GossipView): Facts {
  return {
    viewedFrom: view.viewedFrom,
    result: {
      // Said aloud: a program must not take a node that did not answer for one that sees nobody.
      observers: view.observers.map(({ node, sees }) => ({ node, sees: sees ?? null })),
    },
    partial: view.observers.flatMap(({ node, sees }) =>
      sees === undefined ? [{ node, error: { code: 'KV_UNREACHABLE', message: 'no answer' } }] : [],
    ),
  };
}

export function hintsFacts(view: StatusView): Facts {
  // What they keep is not counted.
  const missing = silentParts(view);
  return {
    ...statusFacts(view),
    result: { targets: hintsByTarget(view), repairMarkedSlots: repairMarks(view) },
    warnings: missingWarnings(missing),
    partial: missing,
  };
}

/** What is moved while the ring changes, and how fast that may go. */
export function streamsFacts(view: StatusView): Facts {
  const missing = silentParts(view);
  const { plan } = view;
  return {
    ...statusFacts(view),
    result: {
      job: plan && jobOf(plan),
      limitBytesPerSecond: view.streamBytesPerSecond,
      streams: streamRows(view),
    },
    warnings: missingWarnings(missing),
    partial: missing,
  };
}

const NO_ANSWER = { code: 'KV_UNREACHABLE', message: 'no answer' };

/** Those that have said nothing of themselves. */
function silentParts({ nodes }: StatusView): readonly MissingPart[] {
  return nodes.flatMap(({ name, report, error }) =>
    report === undefined ? [{ node: name, error: error ?? NO_ANSWER }] : [],
  );
}

function missingParts(nodes: readonly NodeView[]): readonly MissingPart[] {
  return nodes.flatMap(({ name, error }) => (error === undefined ? [] : [{ node: name, error }]));
}
