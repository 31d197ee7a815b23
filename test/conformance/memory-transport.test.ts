import { eachTurn } from '../../src/node/io/turn.js';
import { SimNetwork } from '../../src/sim/network.js';
import { Scheduler } from '../../src/sim/scheduler.js';
import { SeededRandom } from '../../src/sim/seeded-random.js';
import { SimProcess } from '../../src/sim/sim-process.js';
import { transportConformance } from './transport-suite.js';

transportConformance('the network in memory', async () => {
  const scheduler = new Scheduler(eachTurn);
  const network = new SimNetwork(scheduler, new SeededRandom(1));
  let opened = 0;
  return {
    open: async (address) => {
      opened += 1;
      const at = address ?? { host: '127.0.0.1', port: 8_400 + opened };
      const process = new SimProcess(`p${opened}`, scheduler);
      return { transport: network.transportOf(process, at), address: at };
    },
    until: (condition) => scheduler.until(condition, 120_000),
    close: async () => undefined,
  };
});
