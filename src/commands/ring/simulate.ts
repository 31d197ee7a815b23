import { Flags } from '@oclif/core';
import { paragraphs } from '../../cli/paragraphs.js';
import { RingCommand } from '../../cli/ring-command.js';
import { renderSimulation } from '../../cli/render/ring-simulate.js';
import { NAMESPACE_FLAG } from '../../cli/namespace-flags.js';
import { frameResult } from '../../cli/ring/frame-result.js';
import { simulateView, type Trial } from '../../cli/ring/simulate-view.js';
import { wholeWithin } from '../../cli/sim/within.js';
import { KvError } from '../../node/core/errors.js';
import { LIMITS } from '../../node/core/limits.js';

const ADD_MOST = 100;

/** What would become of the ring. */
export default class RingSimulate extends RingCommand {
  static override readonly summary =
    'show what would move, and how even the ring would be, with other nodes; changes nothing';

  static override readonly description =
    paragraphs(`Nodes that leave are taken out first; then those that join choose their tokens one after the other, with the code of a real cluster, so that a real
join gives about these figures and not exactly these. Without --rack each goes to the rack that has the fewest nodes. While something is staged or a plan runs,
it begins with the ring as it is once that is done.`);

  static override readonly examples = [
    '<%= config.bin %> <%= command.id %> --add 2',
    '<%= config.bin %> <%= command.id %> --add 2 --remove n4',
    '<%= config.bin %> <%= command.id %> --add 3 --rack a --rack b --vnodes 64 --json',
  ];

  static override readonly flags = {
    ...NAMESPACE_FLAG,
    add: Flags.string({ helpValue: 'N', summary: `how many nodes join, 1 to ${ADD_MOST}` }),
    remove: Flags.string({
      helpValue: 'NODE',
      summary: 'a node that leaves; may be given again',
      multiple: true,
      delimiter: ',',
    }),
    vnodes: Flags.string({
      helpValue: 'N',
      summary: `tokens of each node that joins, ${LIMITS.vnodesMin} to ${LIMITS.vnodesMax} (as many as most have)`,
      dependsOn: ['add'],
    }),
    rack: Flags.string({
      helpValue: 'NAME',
      summary: 'where they join; may be given again: one after the other',
      multiple: true,
      delimiter: ',',
      dependsOn: ['add'],
    }),
    dc: Flags.string({
      helpValue: 'NAME',
      summary: 'data centre that they join, where there are several',
      dependsOn: ['add'],
    }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(RingSimulate);
    const trial = trialOf(flags);
    const picture = await this.picture(flags);
    const view = simulateView(picture, trial);
    const { frame, ...rest } = view;
    await this.printRing(picture, {
      result: { ...frameResult(frame), ...rest },
      text: (look) => renderSimulation(view, look),
    });
  }
}

interface Given {
  readonly add?: string | undefined;
  readonly remove?: readonly string[] | undefined;
  readonly vnodes?: string | undefined;
  readonly rack?: readonly string[] | undefined;
  readonly dc?: string | undefined;
  readonly namespace?: string | undefined;
}

/** @throws KvError KV_USAGE */
function trialOf({ add, remove = [], vnodes, rack = [], dc, namespace }: Given): Trial {
  if (add === undefined && remove.length === 0)
    throw new KvError('KV_USAGE', 'nothing is to be tried: use --add, --remove, or both', {
      hints: ['kv ring simulate --add 2 --remove n4'],
    });
  const count = add === undefined ? 0 : wholeWithin('--add', add, [1, ADD_MOST]);
  const bounds = [LIMITS.vnodesMin, LIMITS.vnodesMax] as const;
  return {
    add: { count, dc, racks: rack },
    remove: [...new Set(remove)],
    vnodes: vnodes === undefined ? undefined : wholeWithin('--vnodes', vnodes, bounds),
    namespace,
  };
}
