import { ClientCommand } from '../../cli/client-command.js';
import { renderNamespaces } from '../../cli/render/namespaces.js';

/** The namespaces of the cluster. */
export default class NamespaceList extends ClientCommand {
  static override readonly summary = 'list the namespaces';

  static override readonly description = `REPLICATION is how many copies were asked for in each data centre, COPIES how many the nodes there allow.
TTL is the life of a value that is put without one, CONSISTENCY the level of an operation that names none.`;

  static override readonly examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --json',
  ];

  async run(): Promise<void> {
    const { flags } = await this.parse(NamespaceList);
    const view = await this.withClient(flags, (client) => client.namespaces());
    const { cluster, viewedFrom, epoch, namespaces } = view;
    await this.print({
      cluster,
      viewedFrom,
      result: { epoch, namespaces },
      text: (look) => renderNamespaces(view, look),
    });
  }
}
