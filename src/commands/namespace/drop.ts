import { Args, Flags } from '@oclif/core';
import { confirmByName } from '../../cli/confirm.js';
import { NamespaceCommand } from '../../cli/namespace-command.js';
import { unknownNamespace } from '../../node/core/metadata/namespaces.js';

/** Drops a namespace with all that is in it. */
export default class NamespaceDrop extends NamespaceCommand {
  static override readonly summary = 'drop a namespace, with all that is in it';

  static override readonly description = `Its keys are gone at once; the nodes remove their bytes in the background. This cannot be undone:
a namespace that is made with the same name is a new one, and empty.`;

  static override readonly examples = [
    '<%= config.bin %> <%= command.id %> sessions',
    '<%= config.bin %> <%= command.id %> sessions --confirm sessions',
  ];

  static override readonly args = {
    name: Args.string({ description: 'its name', ignoreStdin: true, required: true }),
  };

  static override readonly flags = {
    confirm: Flags.string({
      helpValue: 'NAME',
      summary: 'the name of the namespace, instead of typing it',
    }),
    'no-input': Flags.boolean({ summary: 'ask nothing' }),
  };

  async run(): Promise<void> {
    const { flags, args } = await this.parse(NamespaceDrop);
    const { name } = args;
    const { namespaces } = await this.withClient(flags, (client) => client.namespaces());
    if (namespaces.every((one) => one.name !== name))
      throw unknownNamespace(
        namespaces.map((one) => one.name),
        name,
      );
    await confirmByName({
      name,
      what: `All keys of the namespace ${name} are lost, on all nodes, for good.`,
      given: flags.confirm,
      interactive: this.interactive(flags),
    });
    const changed = await this.withClient(flags, (client) =>
      this.changeNamespace(client, () => ({ action: 'drop', name })),
    );
    await this.printChanged(changed, 'dropped');
  }
}
