import { checkHistory } from '../check/check-history.js';
import { FaultInjector } from '../faults/injector.js';
import type { ScheduledFault } from '../faults/fault.js';
import { randomSchedule } from '../faults/random-schedule.js';
import { Scheduler } from '../scheduler.js';
import { SimCluster } from '../sim-cluster.js';
import type { SimProcess } from '../sim-process.js';
import { ClockWatch } from '../workload/clock-watch.js';
import { KeySpace } from '../workload/key-space.js';
import { HistoryRecorder } from '../workload/recorder.js';
import { SimClient } from '../workload/sim-client.js';
import { Buggifier } from './buggifier.js';
import { Chronicle } from './chronicle.js';
import { checkConvergence } from './convergence.js';
import { describeError } from './describe-error.js';
import { FailingRepairs } from './failing-repairs.js';
import { Findings } from './findings.js';
import { FloorWatch } from './floor-watch.js';
import { GridWatch } from './grid-watch.js';
import { IndexWatch } from './index-watch.js';
import { checkIdle } from './idle.js';
import { HintWatch } from './hint-watch.js';
import { KeyWatch } from './key-watch.js';
import { checkLeftovers } from './leftovers.js';
import { LateCopies } from './late-copies.js';
import { MetadataWatch } from './metadata-watch.js';
import { Monitor } from './monitor.js';
import { operationTally } from './operation-tally.js';
import { Operator } from './operator.js';
import { RingOperator } from './ring-operator.js';
import type { SimReport } from './report.js';
import type { SimHost, SimOptions } from './sim-options.js';
import { settingsOf } from './settings-of.js';
import { Supervisor } from './supervisor.js';
import { diskMs, networkOf } from './usual-delays.js';
import { chanceOf, type World } from './world.js';

const MINUTE_MS = 60_000;
/** Mean time between two operations of a client. */
const THINK_MS = 500;
/** Operations that are under way at the end must end within this time. */
const LAST_ANSWER_MS = 15_000;
/** Virtual time between two words on how far it is. */
const SLICE_MS = 5_000;
/** Events that a run may have: a busy cluster of five has one in four ms of virtual time, one of a hundred twenty in a ms. */
const EVENTS_AT_ONCE = 1_000_000;
const EVENTS_PER_MS = 100;

/** A run that was ended because its events had no end. */
class TooBusy extends Error {}

/** Runs one seed: boots a cluster, lets clients work while faults strike, heals it, and checks all that was seen. */
export async function simulate(options: SimOptions, host: SimHost): Promise<SimReport> {
  return await new Simulation(options, host).run();
}

class Simulation {
  readonly #options: SimOptions;
  readonly #host: SimHost;
  readonly #scheduler: Scheduler;
  readonly #cluster: SimCluster;
  readonly #findings: Findings;
  readonly #chronicle: Chronicle;
  readonly #buggifier: Buggifier;
  readonly #keys: KeySpace;
  readonly #recorder: HistoryRecorder;
  readonly #clients: SimClient[] = [];
  readonly #world: World;
  readonly #injector: FaultInjector;
  readonly #metadata: MetadataWatch;
  readonly #grids: GridWatch;
  readonly #indexes: IndexWatch;
  readonly #hints: HintWatch;
  readonly #floors: FloorWatch;
  readonly #repairs: FailingRepairs;
  readonly #lateCopies: LateCopies;
  readonly #monitor: Monitor;
  readonly #operator: Operator;
  readonly #ring: RingOperator;
  readonly #schedule: readonly ScheduledFault[];
  readonly #keyWatch: KeyWatch | undefined;

  constructor(options: SimOptions, host: SimHost) {
    const { seed, clients, graceMs } = options;
    this.#options = options;
    this.#host = host;
    this.#scheduler = new Scheduler((run) =>
      host.turns(() => {
        this.#boundEvents();
        return run();
      }),
    );
    const nowMs = (): number => this.#scheduler.nowMs();
    this.#findings = new Findings(nowMs);
    this.#chronicle = new Chronicle(nowMs);
    this.#cluster = new SimCluster(this.#scheduler, chanceOf(seed, 'cluster').nextU32());
    this.#cluster.settings = settingsOf(chanceOf(seed, 'settings'), graceMs);
    this.#cluster.network.options = networkOf(chanceOf(seed, 'network'));
    this.#buggifier = new Buggifier(chanceOf(seed, 'buggify'));
    const processes = new Map<string, SimProcess>();
    const cluster = this.#cluster;
    const clocks = new ClockWatch({
      nodes: () => cluster.machines().map(({ clock }) => clock.wallMs()),
      all: () => [...cluster.machines(), ...processes.values()].map(({ clock }) => clock.wallMs()),
      lonely: () =>
        cluster
          .running()
          .flatMap(({ node, machine }) => (node.hasComparedClock() ? [] : machine.clock.wallMs())),
    });
    const supervisor = new Supervisor(cluster);
    this.#world = { cluster, supervisor, clocks, clients: processes, chronicle: this.#chronicle };
    const names = Array.from({ length: clients }, (_, i) => `c${i + 1}`);
    this.#keys = new KeySpace({ clients: names, registersEach: 3, hot: 4, mixed: 40 });
    this.#recorder = new HistoryRecorder(this.#scheduler, clocks, cluster.settings.graceMs);
    const disk = chanceOf(seed, 'disk');
    this.#injector = new FaultInjector(this.#world, chanceOf(seed, 'faults'), () => diskMs(disk));
    this.#metadata = new MetadataWatch(this.#findings, (process) =>
      this.#injector.isImpostor(process),
    );
    this.#grids = new GridWatch(this.#findings);
    this.#indexes = new IndexWatch(this.#findings);
    this.#hints = new HintWatch(this.#cluster, this.#findings);
    this.#repairs = new FailingRepairs(chanceOf(seed, 'repairs'));
    this.#lateCopies = new LateCopies(chanceOf(seed, 'late copies'));
    this.#floors = new FloorWatch({
      world: this.#world,
      findings: this.#findings,
      isWrongDisk: (one) => this.#injector.isWrongDisk(one),
      purged: (name, key) => {
        this.#lateCopies.purged(name, key);
      },
    });
    this.#monitor = new Monitor(this.#world, this.#findings, this.#clients);
    this.#operator = new Operator(cluster, chanceOf(seed, 'operator'));
    this.#schedule = scheduleOf(options, cluster.settings.graceMs);
    this.#ring = new RingOperator(this.#world, chanceOf(seed, 'ring'), {
      findings: this.#findings,
      hasRot: this.#schedule.some(({ fault }) => fault.kind === 'rot'),
    });
    const { follow } = options;
    this.#keyWatch = follow === undefined ? undefined : new KeyWatch(follow, this.#chronicle);
    this.#observe();
  }

  async run(): Promise<SimReport> {
    try {
      await this.#play();
    } catch (error) {
      if (this.#host.interrupted?.() === true) throw error;
      if (!(error instanceof TooBusy)) this.#findings.add('assertion', describeError(error));
    }
    for (const defect of this.#host.takeDefects())
      this.#findings.add('assertion', `nobody handled ${describeError(defect)}`);
    const checked = checkHistory(this.#recorder.operations());
    for (const violation of checked.violations) this.#findings.take(violation);
    return this.#report(checked.linearized);
  }

  async #play(): Promise<void> {
    const { nodes, minutes } = this.#options;
    await this.#cluster.boot(nodes);
    this.#cluster.buggify = this.#buggifier.decide;
    for (let i = 1; i <= this.#options.clients; i++) this.#addClient(`c${i}`).start();
    this.#injector.schedule(this.#schedule);
    this.#monitor.start(this.#schedule);
    this.#operator.start();
    if (this.#options.ringChanges === true) this.#ring.start(nodes);
    await this.#work(minutes * MINUTE_MS);
    this.#operator.stop();
    this.#ring.stop();
    for (const client of this.#clients) client.stop();
    this.#injector.healAll();
    this.#repairs.stop();
    await this.#awaitAnswers();
    await this.#ring.finish();
    const auditor = this.#addClient('auditor');
    const keys = this.#keys.all().map(({ name }) => name);
    await checkConvergence(this.#world, auditor, { keys, findings: this.#findings });
    if (this.#options.ringChanges === true) await checkLeftovers(this.#world, this.#findings);
    await this.#hints.judge();
    await checkIdle(this.#world, this.#findings);
    await this.#grids.judge(this.#world);
    this.#indexes.judge(this.#world);
    for (const name of this.#operator.forgottenBy())
      this.#findings.add('waits-for-ever', `${name} never answered to a change of metadata`);
    this.#monitor.stop();
  }

  async #work(durationMs: number): Promise<void> {
    for (let passedMs = 0; passedMs < durationMs; passedMs += SLICE_MS) {
      await this.#scheduler.advance(Math.min(SLICE_MS, durationMs - passedMs));
      await this.#host.tell?.(passedMs, durationMs);
    }
  }

  /** Work that feeds on itself takes no virtual time to speak of: it would never end. */
  #boundEvents(): void {
    const executed = this.#scheduler.executed();
    const bound = EVENTS_AT_ONCE + EVENTS_PER_MS * this.#scheduler.nowMs();
    if (executed <= bound) return;
    const message = `${executed} events in ${Math.round(this.#scheduler.nowMs())} ms: more than any load explains`;
    this.#findings.add('works-for-ever', message);
    throw new TooBusy(message);
  }

  async #awaitAnswers(): Promise<void> {
    const silent = (): boolean => this.#clients.every((client) => client.open() === undefined);
    if (await this.#scheduler.reached(silent, LAST_ANSWER_MS)) return;
    for (const client of this.#clients) {
      const open = client.open();
      if (open === undefined) continue;
      const message = `${client.name} never heard of its ${open.kind} of ${open.key}`;
      this.#findings.add('waits-for-ever', message, { key: open.key, operations: [open.id] });
    }
  }

  #addClient(name: string): SimClient {
    const { client, process } = this.#cluster.client(name, {
      onRequest: (request) => {
        simClient.onRequest(request);
      },
    });
    const simClient = new SimClient({
      name,
      client,
      process,
      keys: this.#keys,
      recorder: this.#recorder,
      random: chanceOf(this.#options.seed, `client ${name}`),
      thinkMs: THINK_MS,
    });
    this.#clients.push(simClient);
    // The set is the world's; clients are added to it here alone.
    (this.#world.clients as Map<string, SimProcess>).set(name, process);
    return simClient;
  }

  #observe(): void {
    this.#cluster.observer = {
      launched: (run, env) => {
        this.#monitor.touched(run);
        this.#chronicle.add(run.machine.name, 'starts');
        const voting = this.#metadata.watchVotes(run, env.transport);
        const transport = this.#repairs.watch(this.#lateCopies.watch(run, voting));
        // Each start is one of another release: the node has something to tell the cluster.
        const release = `0.0.0-start${this.#world.supervisor.starts()}`;
        const told = { ...env, transport, facts: { ...env.facts, release } };
        const watched = this.#floors.watch(run, this.#hints.watch(run, told));
        return this.#keyWatch?.watch(run, watched) ?? watched;
      },
      up: (run) => {
        this.#monitor.touched(run);
        const { length } = run.node.admin.describe().nodes;
        this.#chronicle.add(run.machine.name, `is up, boot ${length}`);
        this.#metadata.follow(run);
        this.#grids.follow(run);
        this.#indexes.follow(run);
      },
      failed: (run, error) => {
        this.#monitor.touched(run);
        this.#chronicle.add(run.machine.name, `ends: ${error.message}`);
        this.#world.supervisor.failed(run, error);
      },
    };
  }

  #report(linearized: SimReport['linearized']): SimReport {
    const { seed, nodes, clients, minutes } = this.#options;
    const history = this.#recorder.operations();
    return {
      seed,
      nodes,
      clients,
      minutes,
      graceMs: this.#cluster.settings.graceMs,
      virtualMs: this.#scheduler.nowMs(),
      events: this.#scheduler.executed(),
      traceHash: this.#scheduler.trace.hash(),
      operations: operationTally(history),
      faults: Object.fromEntries(this.#injector.injected()),
      schedule: this.#schedule,
      buggified: Object.fromEntries(this.#buggifier.taken()),
      traffic: this.#cluster.network.traffic(),
      restarts: this.#world.supervisor.starts(),
      epochs: this.#metadata.epochs(),
      linearized,
      ringChanges: this.#ring.changes(),
      forgotten: this.#floors.forgotten(),
      violations: this.#findings.all(),
      history,
      chronicle: this.#chronicle.lines(),
    };
  }
}

function scheduleOf(
  { seed, nodes, clients, minutes, faults }: SimOptions,
  graceMs: number,
): readonly ScheduledFault[] {
  if (typeof faults !== 'string') return faults;
  const random = chanceOf(seed, 'schedule');
  const durationMs = minutes * MINUTE_MS;
  return randomSchedule({ random, intensity: faults, nodes, clients, durationMs, graceMs });
}
