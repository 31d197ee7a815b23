import { Args } from '@oclif/core';
import { ClientCommand } from '../../cli/client-command.js';
import { renderNamespace } from '../../cli/render/namespaces.js';
import { unknownNamespace } from '../../node/core/metadata/namespaces.js';

/** One namespace. */
export default class NamespaceShow extends ClientCommand {
  static override readonly summary = 'show one namespace';

  static override readonly examples = ['<%= config.bin %> <%= command.id %> orders'];

  static override readonly args = {
    name: Args.string({ description: 'its name', ignoreStdin: true, required: true }),
  };

  async run(): Promise<void> {
    const { flags, args } = await this.parse(NamespaceShow);
    const { cluster, viewedFrom, epoch, namespaces } = await this.withClient(flags, (client) =>
      client.namespaces(),
    );
    const namespace = namespaces.find(({ name }) => name === args.name);
    if (namespace === undefined)
      throw unknownNamespace(
        namespaces.map(({ name }) => name),
        args.name,
      );
    await this.print({
      cluster,
      viewedFrom,
      result: { epoch, namespace },
      text: (look) => renderNamespace(namespace, look),
    });
  }
}
