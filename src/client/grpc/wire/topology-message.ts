import type {
  ChangeTopologyRequest,
  TopologyResponse,
  PlannedChange,
  PlanPreview as PlanPreviewMessage,
} from '../../../generated/kv/v1/admin.js';
import { KvError } from '../../../node/core/errors.js';
import type {
  PlannedChangeView,
  PlanPreview,
  TopologyChange,
  TopologyOrder,
  TopologyView,
} from '../../../node/core/views/topology-views.js';
import { livenessOf, membershipOf } from './report-message.js';
import { wordOf } from './words.js';

const kindOf = wordOf('join', 'replace', 'leave', 'remove', 'replication', 'rebalance');
const stepOf = wordOf('prepare', 'write-both', 'read-new');
const endOf = wordOf('done', 'cancelled');
const checkOf = wordOf('running', 'dead', 'quorum', 'up', 'copies', 'disk', 'release');

/** The answer of `Topology` and `ChangeTopology`, as it goes out. */
export function topologyToMessage(view: TopologyView): TopologyResponse {
  const { plan, preview } = view;
  return {
    ...view,
    staged: [...view.staged],
    ended: view.ended.map((one) => ({ ...one, changes: [...one.changes] })),
    plan: plan && { ...plan, changes: [...plan.changes] },
    preview: preview && { ...preview, nodes: [...preview.nodes], checks: [...preview.checks] },
  };
}

/** The answer of `Topology` and `ChangeTopology`. @throws BadFrame when it is not one */
export function topologyFromMessage(message: TopologyResponse): TopologyView {
  const { preview } = message;
  return {
    ...message,
    ...plannedFromMessage(message),
    preview: preview && previewFromMessage(preview),
    ended: message.ended.map((one) => ({ ...one, end: endOf(one.end) })),
  };
}

/** What is staged and what runs, of any answer that tells both. @throws BadFrame for an unknown word */
export function plannedFromMessage({
  staged,
  plan,
}: Pick<TopologyResponse, 'staged' | 'plan'>): Pick<TopologyView, 'staged' | 'plan'> {
  return {
    staged: staged.map(changeFromMessage),
    plan: plan && {
      ...plan,
      step: stepOf(plan.step),
      changes: plan.changes.map(changeFromMessage),
    },
  };
}

function changeFromMessage(message: PlannedChange): PlannedChangeView {
  return { ...message, kind: kindOf(message.kind) };
}

function previewFromMessage(message: PlanPreviewMessage): PlanPreview {
  return {
    ...message,
    nodes: message.nodes.map((node) => ({
      ...node,
      membership: membershipOf(node.membership),
      liveness: livenessOf(node.liveness),
      loadBytes: node.loadBytes,
      diskFreeBytes: node.diskFreeBytes,
      report: node.report,
    })),
    checks: message.checks.map((check) => ({ ...check, name: checkOf(check.name) })),
  };
}

const NOTHING: Omit<ChangeTopologyRequest, 'action' | 'checks' | 'commit' | 'dryRun'> = {
  node: '',
  by: '',
  namespace: '',
  replication: {},
  plan: 0,
  expected: [],
  moves: [],
  isMinorityMeant: false,
};

/** What a node is asked to change. */
export function orderToMessage({ change, ...how }: TopologyOrder): ChangeTopologyRequest {
  const { node = '', ...rest } = { node: '', ...change };
  return { ...NOTHING, ...rest, node, ...how, expected: [...(how.expected ?? [])] };
}

const CHECKS = ['strict', 'enabled', 'skip'] as const;

/** What a client wants to change. @throws KvError KV_USAGE for words that nobody knows */
export function orderFromMessage(message: ChangeTopologyRequest): TopologyOrder {
  const { commit, dryRun, expected } = message;
  const checks = CHECKS.find((one) => one === (message.checks === '' ? 'strict' : message.checks));
  if (checks === undefined)
    throw new KvError('KV_USAGE', `checks are strict, enabled or skip, not ${message.checks}`);
  const order = { change: changeOf(message), checks, commit, dryRun };
  return expected.length === 0 ? order : { ...order, expected };
}

function changeOf(message: ChangeTopologyRequest): TopologyChange {
  const { action, node, by, namespace, replication, plan, bytesPerSecond, moves, isMinorityMeant } =
    message;
  switch (action) {
    case 'leave':
    case 'remove':
    case 'forget':
    case 'maintain':
    case 'serve':
      return { action, node };
    case 'replace':
      return { action, node, by };
    case 'replicate':
      return { action, namespace, replication };
    case 'recover':
      return { action, isMinorityMeant };
    case 'rebalance':
      return { action, moves };
    case 'discard':
      return { action, node: node === '' ? undefined : node };
    case 'commit':
      return { action };
    case 'limit':
      return { action, bytesPerSecond };
    case 'pause':
    case 'resume':
    case 'cancel':
      return { action, plan };
    default:
      throw new KvError(
        'KV_USAGE',
        `no change of the ring is called ${JSON.stringify(action)}: use leave, remove, forget, replace, replicate, rebalance, discard, commit, pause, resume, cancel, limit, maintain, serve, recover`,
      );
  }
}
