import { Flags } from '@oclif/core';
import { confirmByName } from '../../cli/confirm.js';
import { BaseCommand } from '../../cli/base-command.js';
import { nodeFlags, settingsOf } from '../../cli/node-flags.js';
import { startAgain } from '../../cli/start-again.js';

/** Runs a storage node in this process until a signal ends it. */
export default class NodeStart extends BaseCommand {
  static override readonly summary = 'run a storage node in this process';

  static override readonly description = `The first node of a cluster begins it with --init, every other enters it with --join.
After that neither is needed: the directory knows which node it is.
One that enters a cluster that holds data waits until a plan lets it in: see \`kv cluster plan\`, or give --commit.

Every setting is a flag, a variable KV_NODE_NAME and a key of the TOML file given with --config; a flag wins over a
variable, a variable over the file. TERM and INT drain and stop; a second one stops at once; HUP reads the log level again.`;

  static override readonly examples = [
    '<%= config.bin %> <%= command.id %> --init --name n1 --listen 127.0.0.1:7401 --data-dir ./n1',
    '<%= config.bin %> <%= command.id %> --join 127.0.0.1:7401 --name n2 --listen 127.0.0.1:7402 --data-dir ./n2',
    '<%= config.bin %> <%= command.id %> --join 127.0.0.1:7401 --commit --name n4 --listen 127.0.0.1:7404 --data-dir ./n4',
    '<%= config.bin %> <%= command.id %> --config /etc/kv/n1.toml',
  ];

  static override readonly flags = {
    ...nodeFlags(),
    config: Flags.string({
      helpGroup: 'NODE',
      helpValue: 'FILE',
      summary: 'read settings from this TOML file',
      env: 'KV_NODE_CONFIG',
    }),
    commit: Flags.boolean({
      helpGroup: 'NODE',
      summary:
        'when it waits to join a cluster that holds data: begin the plan that lets it in, if nothing else is staged',
    }),
    'accept-loss': Flags.boolean({
      helpGroup: 'DAMAGE',
      summary: 'go on without what a damaged store has lost; what other replicas have comes back',
    }),
    confirm: Flags.string({
      helpGroup: 'DAMAGE',
      helpValue: 'NAME',
      summary: 'with --accept-loss: the name of the node, instead of typing it',
      dependsOn: ['accept-loss'],
    }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(NodeStart);
    const { runNode } = await import('../../node/io/run-node.js');
    const end = await runNode({
      settings: () => settingsOf(flags, process.env),
      release: this.config.version,
      waiting: {
        commit: flags.commit,
        say: (text) => {
          process.stderr.write(`${text}\n`);
        },
      },
      startAgain: (settings, dataDir) => startAgain(settings, { dataDir, file: flags.config }),
      confirmLoss: flags['accept-loss']
        ? (name, dataDir): Promise<void> => confirmLoss({ name, dataDir, given: flags.confirm })
        : undefined,
    });
    switch (end.kind) {
      case 'drained':
        return;
      case 'left':
        await this.note(`${end.error.message}.`);
        process.exit(0);
        break;
      case 'forced':
        // What still runs is given up: that is what a second signal asks for.
        process.exit(end.signal === 'SIGINT' ? 130 : 143);
        break;
      case 'failed':
        await this.printFailure(this.failureOf(end.error));
        process.exit(end.error.row.exit);
    }
  }
}

/** @throws KvError KV_NOT_CONFIRMED */
async function confirmLoss(node: {
  readonly name: string;
  readonly dataDir: string;
  readonly given: string | undefined;
}): Promise<void> {
  await confirmByName({
    ...node,
    what: `What the store of ${node.name} in ${node.dataDir} has lost, and no other replica has, is given up for good. Look at \`kv status\` first: no other node may be recovering or down.`,
    interactive: process.stdin.isTTY && process.stderr.isTTY,
  });
}
