import type { PlanView, TopologyView } from '../node/core/views/topology-views.js';
import type { OutputFormat } from './flags.js';
import { LiveText } from './live-text.js';
import type { Look } from './look.js';
import type { Output } from './output.js';
import { jobOf } from '../node/core/topology/plan-job.js';
import { progressOf } from './render/plan.js';
import { planFrame, planLine, planWaits } from './render/plan-progress.js';

type Running = TopologyView & { readonly plan: PlanView };

/** Where nothing can be painted over, a plan that does not come on for so long says why, and says so again later. */
const SILENT_MS = 10_000;

export interface PlanTellerParts {
  readonly format: OutputFormat;
  readonly quiet: boolean;
  /** How text on standard error is to look. */
  readonly look: () => Look;
  readonly output: Output;
}

/**
 * Says how far a plan is: on a terminal by painting over what it said before, elsewhere in a line for each twentieth that is done; for programs a
 * document each time.
 */
export class PlanTeller {
  readonly #parts: PlanTellerParts;
  readonly #live: LiveText;
  #line = '';
  #saidMs = 0;

  constructor(parts: PlanTellerParts) {
    this.#parts = parts;
    this.#live = new LiveText(process.stderr, async (text) => {
      await parts.output.note(text);
    });
  }

  async tell(view: Running): Promise<void> {
    const { format, quiet, look } = this.#parts;
    if (format === 'ndjson') await this.#document(view);
    else if (quiet) return;
    else if (this.#live.paints) await this.#live.show(planFrame(view, look()));
    else await this.#lineOf(view);
  }

  /** Takes away what was painted. */
  async end(): Promise<void> {
    await this.#live.end();
  }

  async #document({ plan, preview }: Running): Promise<void> {
    const document = { event: 'progress', job: jobOf(plan), ...plan, nodes: preview?.nodes ?? [] };
    await this.#parts.output.data(`${JSON.stringify(document)}\n`);
  }

  async #lineOf(view: Running): Promise<void> {
    const { plan, preview } = view;
    const key = JSON.stringify([plan.step, plan.paused, plan.pausedFor, twentieth(view)]);
    const nowMs = performance.now();
    const waits = planWaits(view);
    const isNews = key !== this.#line;
    if (!isNews && (nowMs - this.#saidMs < SILENT_MS || waits.length === 0)) return;
    this.#line = key;
    this.#saidMs = nowMs;
    const why = isNews ? '' : `  ${waits.join('; ')}`;
    await this.#parts.output.note(`${planLine({ plan, preview })}${why}\n`);
  }
}

function twentieth({ plan, preview }: Running): number {
  const { share = 0 } = progressOf(plan, preview);
  return Math.floor(share * 20);
}
