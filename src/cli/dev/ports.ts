import { createServer } from 'node:net';

/** The three ports of one node on loopback. */
export interface NodePorts {
  readonly client: number;
  readonly peer: number;
  readonly http: number;
}

const FIRST: NodePorts = { client: 7401, peer: 8401, http: 9401 };

/** The usual ports of the n-th node, counted from 0: 7401, 8401, 9401 and up. */
export function usualPorts(index: number): NodePorts {
  return { client: FIRST.client + index, peer: FIRST.peer + index, http: FIRST.http + index };
}

/** The wanted ports when all three are free, else three that are. */
export async function freePorts(wanted: NodePorts): Promise<NodePorts> {
  if ((await busyPorts(wanted)).length === 0) return wanted;
  const [client, peer, http] = await anyPorts(3);
  return { client: client ?? 0, peer: peer ?? 0, http: http ?? 0 };
}

/** Those of the ports that somebody listens on. */
export async function busyPorts({ client, peer, http }: NodePorts): Promise<readonly number[]> {
  const ports = [client, peer, http];
  const free = await Promise.all(ports.map(isFree));
  return ports.filter((_, i) => free[i] === false);
}

async function isFree(port: number): Promise<boolean> {
  try {
    await hold(port, () => Promise.resolve());
    return true;
  } catch {
    // The only failure of binding loopback that matters here: somebody has the port.
    return false;
  }
}

/** Ports that the system gave out together, so that they differ from each other. */
async function anyPorts(count: number): Promise<readonly number[]> {
  if (count === 0) return [];
  return await hold(0, async (port) => [port, ...(await anyPorts(count - 1))]);
}

/** Runs `work` while the port is bound. */
function hold<T>(port: number, work: (port: number) => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      const bound = typeof address === 'object' && address !== null ? address.port : port;
      work(bound).then(
        (result) => {
          server.close(() => {
            resolve(result);
          });
        },
        (error: unknown) => {
          server.close();
          reject(error instanceof Error ? error : new Error(String(error)));
        },
      );
    });
  });
}
