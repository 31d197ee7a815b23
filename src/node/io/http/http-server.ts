import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KvError } from '../../core/errors.js';

/** What the HTTP listener tells; it never changes anything. */
export interface HttpFacade {
  /** The text format of Prometheus. */
  metrics(): Promise<{ readonly contentType: string; readonly body: string }>;
  /** Undefined when the node serves; else why not, one line. */
  notReady(): string | undefined;
}

export interface HttpListener {
  readonly port: number;
  close(): Promise<void>;
}

const HEADERS_MS = 5_000;
const REQUEST_MS = 10_000;
const MAX_CONNECTIONS = 256;

/**
 * Serves `/metrics`, `/livez` and `/readyz`.
 * @throws KvError KV_ADDRESS_IN_USE, KV_CONFIG_INVALID when the address cannot be bound
 */
export async function listenHttp(
  address: { readonly host: string; readonly port: number },
  facade: HttpFacade,
): Promise<HttpListener> {
  const server = createServer((request, response) => {
    answer(facade, request, response).catch((error: unknown) => {
      reply(response, 500, `${String(error)}\n`);
    });
  });
  server.headersTimeout = HEADERS_MS;
  server.requestTimeout = REQUEST_MS;
  server.maxConnections = MAX_CONNECTIONS;
  const port = await bind(server, address);
  return {
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

function bind(server: Server, address: { host: string; port: number }): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(bindError(error, address));
    });
    server.listen(address.port, address.host, () => {
      // A TCP server that listens has an AddressInfo, never a pipe name.
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/** The coded error for a listener that could not be bound. */
function bindError(
  error: NodeJS.ErrnoException,
  address: { readonly host: string; readonly port: number },
): KvError {
  const where = `${address.host}:${address.port}`;
  if (error.code === 'EADDRINUSE')
    return new KvError('KV_ADDRESS_IN_USE', `cannot listen on ${where}: the port is in use`, {
      cause: error,
    });
  return new KvError('KV_CONFIG_INVALID', `cannot listen on ${where}: ${error.message}`, {
    cause: error,
  });
}

async function answer(
  facade: HttpFacade,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    reply(response, 405, 'only GET is served here\n');
    return;
  }
  switch (pathOf(request)) {
    case '/livez':
      reply(response, 200, 'alive\n');
      return;
    case '/readyz': {
      const reason = facade.notReady();
      reply(response, reason === undefined ? 200 : 503, `${reason ?? 'ready'}\n`);
      return;
    }
    case '/metrics': {
      const { contentType, body } = await facade.metrics();
      response.setHeader('content-type', contentType);
      reply(response, 200, body);
      return;
    }
    default:
      reply(response, 404, 'here are /metrics, /livez and /readyz\n');
  }
}

function reply(response: ServerResponse, status: number, body: string): void {
  if (!response.hasHeader('content-type'))
    response.setHeader('content-type', 'text/plain; charset=utf-8');
  response.statusCode = status;
  response.end(body);
}

/** Only compared with the known paths, so it need not be a valid URL. */
function pathOf({ url = '/' }: IncomingMessage): string {
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
}
