import { ClientCommand } from '../../cli/client-command.js';
import { renderCluster } from '../../cli/render/cluster.js';

/** The cluster itself. */
export default class ClusterShow extends ClientCommand {
  static override readonly summary = 'show the cluster: its id, epoch, members, voters, plan';

  static override readonly examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --json',
  ];

  async run(): Promise<void> {
    const { flags } = await this.parse(ClusterShow);
    const view = await this.withClient(flags, (client) => client.status());
    const { cluster, clusterId, viewedFrom, atMs, ring, voters, staged, plan } = view;
    const members = view.nodes.map(({ nodeId, name, membership, liveness, voter }) => {
      return { nodeId, name, membership, liveness, voter };
    });
    const { epoch, hash } = ring;
    const { opened, replicationFactor } = view;
    await this.print({
      ...{ cluster, viewedFrom, atMs },
      result: { clusterId, epoch, hash, opened, replicationFactor, members, voters, staged, plan },
      text: (look) => renderCluster(view, look),
    });
  }
}
