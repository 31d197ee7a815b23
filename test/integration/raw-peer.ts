import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { Client, credentials, Metadata } from '@grpc/grpc-js';
import type { ClientDuplexStream, StatusObject } from '@grpc/grpc-js';

const asIs = (bytes: Buffer): Buffer => bytes;

/** Opens a TCP connection, sends these bytes, and resolves when the other side has closed it. */
export async function sendRaw(port: number, bytes: Uint8Array | string): Promise<void> {
  const socket: Socket = connect(port, '127.0.0.1');
  await new Promise<void>((resolve) => {
    socket.on('error', () => undefined);
    socket.once('close', () => {
      resolve();
    });
    socket.on('data', () => undefined);
    socket.write(bytes);
  });
}

/** A gRPC stream on which a test says what it likes. */
export class RawStream {
  readonly received: Buffer[] = [];
  readonly call: ClientDuplexStream<Buffer, Buffer>;
  readonly ended: Promise<StatusObject>;
  readonly #client: Client;

  constructor(port: number, path: string) {
    this.#client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), {
      'grpc.use_local_subchannel_pool': 1,
      'grpc.max_send_message_length': -1,
    });
    this.call = this.#client.makeBidiStreamRequest(path, asIs, asIs, new Metadata(), {});
    this.call.on('data', (bytes: Buffer) => this.received.push(bytes));
    this.call.on('error', () => undefined);
    this.ended = new Promise((resolve) => {
      this.call.on('status', resolve);
    });
  }

  send(bytes: Uint8Array): void {
    this.call.write(Buffer.from(bytes));
  }

  close(): void {
    this.call.cancel();
    this.#client.close();
  }
}
