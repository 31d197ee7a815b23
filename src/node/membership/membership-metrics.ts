import { LIMITS } from '../core/limits.js';
import type { LivenessState } from '../core/views/node-views.js';
import type { Counter, Metrics, Observer } from '../env/metrics.js';

/** What membership counts; made once per node. */
export class MembershipMetrics {
  readonly rounds: Counter;
  readonly sentBytes: Counter;
  readonly exchangeSeconds: Observer;
  readonly failedExchanges: Counter;
  readonly malformedDeltas: Counter;
  readonly suspicions: Counter;
  readonly deaths: Counter;
  readonly stallSeconds: Counter;
  readonly #metrics: Metrics;
  readonly #gauged = new Set<string>();

  constructor(metrics: Metrics) {
    this.#metrics = metrics;
    const counter = (name: string, help: string): Counter => metrics.counter({ name, help });
    this.rounds = counter('kv_gossip_rounds_total', 'Gossip rounds begun.');
    this.sentBytes = counter('kv_gossip_sent_bytes_total', 'Bytes of digests and deltas sent.');
    this.exchangeSeconds = metrics.histogram({
      name: 'kv_gossip_exchange_seconds',
      help: 'Duration of a complete exchange with one peer.',
    });
    this.failedExchanges = counter(
      'kv_gossip_exchanges_failed_total',
      'Exchanges that the peer did not answer or refused.',
    );
    this.malformedDeltas = counter(
      'kv_gossip_malformed_total',
      'Deltas ignored because no node of this protocol sends them.',
    );
    this.suspicions = counter('kv_gossip_suspicions_total', 'Times a node became suspect.');
    this.deaths = counter('kv_gossip_deaths_total', 'Times a node was judged down.');
    this.stallSeconds = counter(
      'kv_gossip_stall_seconds_total',
      'Time for which the own event loop stood still.',
    );
  }

  countTransition(to: LivenessState): void {
    if (to === 'suspect') this.suspicions.inc();
    if (to === 'down') this.deaths.inc();
  }

  /** Shows the phi of a node as a gauge; only of the first so many nodes, so that the number of series is bounded. */
  gaugePhi(node: string, read: () => number): void {
    if (this.#gauged.has(node) || this.#gauged.size >= LIMITS.phiGauges) return;
    this.#gauged.add(node);
    const help = 'How unlikely the silence of a node is; suspect beyond 1.5.';
    this.#metrics.gaugeFrom({ name: 'kv_gossip_phi', help, labels: { node } }, read);
  }
}
