import { jobOf } from '../node/core/topology/plan-job.js';
import type { HintAct } from './hint-act.js';
import type { JobAct } from './job-act.js';
import { clean } from './line.js';

/** What the reader may have done to the cluster, once it is agreed to. */
export type Act = HintAct | JobAct;

/** The command that does the same. */
export function commandLine(act: Act): string {
  switch (act.of) {
    case 'hints':
      return `kv hints ${act.action} ${clean(act.target)}`;
    case 'plan':
      return `kv job ${act.action} ${jobOf({ id: act.plan })}`;
    case 'repair':
      return `kv repair ${act.action} ${clean(act.job)}`;
  }
}

/** What comes of it, in one line; empty where the command says it. */
export function consequence(act: Act): string {
  return act.of === 'hints' ? '' : clean(act.told);
}
