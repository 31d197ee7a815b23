import { Flags } from '@oclif/core';
import type { PlanChecks } from '../node/core/views/topology-views.js';

const STRICTNESS = ['strict', 'enabled', 'skip'] as const satisfies readonly PlanChecks[];

const CHECKS_SUMMARY =
  'what must hold: strict is all, enabled what keeps the data (quorums, disks), skip nothing but the death of the dead';

/** How strictly it is looked whether a plan may begin. */
export const CHECKS_FLAG = {
  checks: Flags.option({
    helpGroup: 'SAFETY',
    summary: CHECKS_SUMMARY,
    default: 'strict',
    options: STRICTNESS,
  })(),
};

/** Nobody is asked. */
export const NO_INPUT_FLAG = {
  'no-input': Flags.boolean({ helpGroup: 'SAFETY', summary: 'ask nothing' }),
};

/** What is done of a plan, and what is shown of it; `dependsOn` are flags without which these mean nothing. */
export const planFlags = (dependsOn: string[] = []) => ({
  ...CHECKS_FLAG,
  ...NO_INPUT_FLAG,
  'dry-run': Flags.boolean({
    helpGroup: 'SAFETY',
    summary: 'show what would move, and do nothing; exit with 6 if a check refuses it',
    dependsOn,
  }),
  detach: Flags.boolean({ summary: 'begin it, and do not wait for its end', dependsOn }),
});

/** What is asked is agreed to already. */
export const YES_FLAG = {
  yes: Flags.boolean({ char: 'y', helpGroup: 'SAFETY', summary: 'do not ask' }),
};

/** Several changes are made as one plan. */
export const stageFlag = (dependsOn: string[] = []) => ({
  stage: Flags.boolean({
    summary: 'only put it beside what else is staged, for one `kv cluster commit`',
    exclusive: ['detach'],
    dependsOn,
  }),
});

/** The same for commands about one node, which is to be named. */
export const NODE_CHANGE_FLAGS = {
  ...planFlags(),
  ...stageFlag(),
  confirm: Flags.string({
    helpGroup: 'SAFETY',
    helpValue: 'NAME',
    summary: 'the name that would have to be typed: of the node, or of the cluster',
  }),
};
