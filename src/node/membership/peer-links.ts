import type { NodeId } from '../core/metadata/cluster-metadata.js';
import type { PeerAddress, PeerLink, Transport } from '../env/transport.js';

interface Entry {
  readonly address: PeerAddress;
  link: PeerLink | undefined;
}

/** At most one link per node, always to the address last given for it. */
export class PeerLinks {
  readonly #transport: Pick<Transport, 'link'>;
  readonly #entries = new Map<NodeId, Entry>();

  constructor(transport: Pick<Transport, 'link'>) {
    this.#transport = transport;
  }

  /** Makes the link on first use. */
  linkTo(nodeId: NodeId): PeerLink | undefined {
    const entry = this.#entries.get(nodeId);
    if (entry === undefined) return undefined;
    entry.link ??= this.#transport.link(entry.address);
    return entry.link;
  }

  /** The link if there is one already. */
  existing(nodeId: NodeId): PeerLink | undefined {
    return this.#entries.get(nodeId)?.link;
  }

  /** Says where a node is; a link to another address is closed. */
  setAddress(nodeId: NodeId, { host, port }: PeerAddress): void {
    const known = this.#entries.get(nodeId)?.address;
    if (known?.host === host && known.port === port) return;
    this.drop(nodeId);
    this.#entries.set(nodeId, { address: { host, port }, link: undefined });
  }

  drop(nodeId: NodeId): void {
    this.#entries.get(nodeId)?.link?.close();
    this.#entries.delete(nodeId);
  }

  keepOnly(nodeIds: ReadonlySet<NodeId>): void {
    for (const id of [...this.#entries.keys()]) if (!nodeIds.has(id)) this.drop(id);
  }

  close(): void {
    this.keepOnly(new Set());
  }
}
