import type {
  DescribeResponse,
  OwnersResponse,
  RingResponse,
} from '../../../generated/kv/v1/admin.js';
import type { DescribeView } from '../../../node/core/views/describe-views.js';
import type { OwnersView, RingView } from '../../../node/core/views/ring-views.js';
import { livenessOf, membershipOf, shownStateOf } from './report-message.js';
import { required } from './required.js';
import { wordOf } from './words.js';

const roleOf = wordOf('primary', 'replica');
const copyOf = wordOf('present', 'tombstone', 'missing', 'corrupt', 'unknown');

/** The answer of `Describe`. @throws BadFrame when it is not one */
export function describeFromMessage(message: DescribeResponse): DescribeView {
  return {
    ...message,
    nodes: message.nodes.map((node) => ({
      ...node,
      membership: membershipOf(node.membership),
      liveness: livenessOf(node.liveness),
    })),
  };
}

/** The answer of `Ring`. @throws BadFrame when it is not one */
export function ringFromMessage(message: RingResponse): RingView {
  return {
    ...message,
    nodes: message.nodes.map((node) => ({ ...node, state: shownStateOf(node.state) })),
    balance: message.balance.map((balance) => ({ ...balance, rack: balance.rack })),
    replicaSets: required(message.replicaSets),
  };
}

/** The answer of `Owners`. @throws BadFrame when it is not one */
export function ownersFromMessage(message: OwnersResponse): OwnersView {
  return {
    ...message,
    range: required(message.range),
    replicas: message.replicas.map((owner) => ({
      ...owner,
      role: roleOf(owner.role),
      state: shownStateOf(owner.state),
      copy: copyOf(owner.copy),
      sizeBytes: owner.sizeBytes,
      version: owner.version,
      expiresAtMs: owner.expiresAtMs,
      error: owner.error,
    })),
  };
}
