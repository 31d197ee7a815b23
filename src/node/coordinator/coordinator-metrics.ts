import type { ErrorCode } from '../core/errors.js';
import type { ClientRequest } from '../core/operations.js';
import { CONSISTENCY_LEVELS } from '../core/quorum/consistency-level.js';
import type { Counter, Metrics, Observer } from '../env/metrics.js';

type OperationKind = ClientRequest['kind'];

const KINDS: readonly OperationKind[] = ['get', 'exists', 'put', 'delete'];

/** What is counted of coordinated operations; each counter is made once, so that counting allocates nothing. */
export class CoordinatorMetrics {
  readonly readRepairs: Counter;
  readonly silentRetries: Counter;
  readonly restamps: Counter;
  readonly superseded: Counter;
  readonly replans: Counter;
  readonly corruptCopies: Counter;
  readonly healedCopies: Counter;
  readonly #metrics: Metrics;
  readonly #durations: ReadonlyMap<OperationKind, Observer>;
  readonly #outcomes = new Map<OperationKind, Map<string, Map<string, Counter>>>();

  constructor(metrics: Metrics) {
    this.#metrics = metrics;
    const counter = (name: string, help: string): Counter => metrics.counter({ name, help });
    this.readRepairs = counter(
      'kv_read_repairs_total',
      'Reads whose answers differed and were written back.',
    );
    this.silentRetries = counter(
      'kv_read_silent_retries_total',
      'Reads that asked another replica because one was silent.',
    );
    this.restamps = counter(
      'kv_write_restamps_total',
      'Writes stamped again above a newer version, by the node that had stamped them.',
    );
    this.superseded = counter(
      'kv_write_superseded_total',
      'Writes answered as superseded: their clients may stamp them again.',
    );
    this.replans = counter(
      'kv_coordinator_replans_total',
      'Operations planned again under a newer epoch.',
    );
    this.corruptCopies = counter(
      'kv_corrupt_copies_total',
      'Copies that failed their checksum, as met by coordinators.',
    );
    this.healedCopies = counter(
      'kv_corrupt_copies_healed_total',
      'Corrupt copies that were replaced.',
    );
    this.#durations = new Map(KINDS.map((kind) => [kind, this.#duration(kind)]));
  }

  /** An operation ended. */
  ended(request: ClientRequest, outcome: 'ok' | ErrorCode, tookMs: number): void {
    this.#durations.get(request.kind)?.observe(tookMs / 1000);
    this.#outcomeCounter(request, outcome).inc();
  }

  #outcomeCounter({ kind, level }: ClientRequest, outcome: string): Counter {
    const byLevel = entry(this.#outcomes, kind, () => new Map<string, Map<string, Counter>>());
    const label = labelOf(level);
    const byOutcome = entry(byLevel, label, () => new Map<string, Counter>());
    return entry(byOutcome, outcome, () =>
      this.#metrics.counter({
        name: 'kv_coordinator_operations_total',
        help: 'Client operations that this node coordinated.',
        labels: { kind, level: label, outcome },
      }),
    );
  }

  #duration(kind: OperationKind): Observer {
    return this.#metrics.histogram({
      name: 'kv_coordinator_operation_seconds',
      help: 'Time from the arrival of a client operation to its answer.',
      labels: { kind },
    });
  }
}

// A level comes from a client: only known ones may become label values.
const LABELS: ReadonlySet<string> = new Set(CONSISTENCY_LEVELS);

/** An empty level is the default of the namespace. */
function labelOf(level: string): string {
  if (level === '') return 'default';
  return LABELS.has(level) ? level : 'invalid';
}

function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}
