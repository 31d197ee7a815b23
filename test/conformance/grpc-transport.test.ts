import type { Transport } from '../../src/node/env/transport.js';
import { GrpcTransport } from '../../src/node/io/grpc/grpc-transport.js';
import { SystemClock } from '../../src/node/io/system-clock.js';
import { SystemRandom } from '../../src/node/io/system-random.js';
import { nextTurn } from '../../src/node/io/turn.js';
import { LogRecorder, MetricsRecorder } from '../../src/sim/recorders.js';
import { transportConformance } from './transport-suite.js';

transportConformance('gRPC', async () => {
  const opened: Transport[] = [];
  return {
    open: async (address) => {
      const transport = new GrpcTransport({
        clock: new SystemClock(),
        random: new SystemRandom(),
        log: new LogRecorder().logger('test'),
        metrics: new MetricsRecorder(),
      });
      opened.push(transport);
      const host = '127.0.0.1';
      const port = await transport.listen({ host, port: address?.port ?? 0 });
      return { transport, address: { host, port } };
    },
    until: async (condition) => {
      while (!condition()) await nextTurn();
    },
    close: async () => {
      for (const transport of opened) await transport.close();
    },
  };
});
