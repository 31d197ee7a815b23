import { beforeEach, describe, expect, it } from 'vitest';
import { KvError } from '../../../src/node/core/errors.js';
import type { Hello } from '../../../src/node/core/messages.js';
import type { PeerAddress, Transport } from '../../../src/node/env/transport.js';
import { eachTurn } from '../../../src/node/io/turn.js';
import { SimNetwork } from '../../../src/sim/network.js';
import { Scheduler } from '../../../src/sim/scheduler.js';
import { SeededRandom } from '../../../src/sim/seeded-random.js';
import { SimProcess } from '../../../src/sim/sim-process.js';

let scheduler: Scheduler;
let network: SimNetwork;
let n1: SimProcess;
let n2: SimProcess;
let arrived: string[];

const HELLO: Hello = {
  clusterId: '0'.repeat(32),
  nodeId: '1'.repeat(32),
  name: 'n',
  boot: 1,
  nonce: '2'.repeat(16),
  sequence: 0,
  wireMin: 1,
  wireMax: 1,
  format: 1,
};
const ADDRESS = { host: 'n2', port: 7001 };

function transportOf(process: SimProcess, address: PeerAddress): Transport {
  const transport = network.transportOf(process, address);
  const answer = (): Promise<never> => Promise.reject(new KvError('KV_NOT_READY', 'not asked'));
  transport.start(
    {
      admit: () => undefined,
      data: () => undefined,
      control: answer,
      meta: answer,
      repair: answer,
      refused: () => undefined,
    },
    () => HELLO,
  );
  return transport;
}

beforeEach(() => {
  scheduler = new Scheduler(eachTurn);
  network = new SimNetwork(scheduler, new SeededRandom(1), { latencyMs: () => 5, loss: () => 0 });
  n1 = new SimProcess('n1', scheduler);
  n2 = new SimProcess('n2', scheduler);
  arrived = [];
});

function send(what: string, { from = n1, to = n2, bytes = 100 } = {}): void {
  network.send({ from, to, bytes, deliver: () => arrived.push(`${what} ${scheduler.nowMs()}`) });
}

function sendMany(count: number): void {
  for (let i = 0; i < count; i++) send(`m${i}`);
}

describe('a message', () => {
  it('arrives after the latency of its direction', async () => {
    network.options = { latencyMs: (from) => (from === 'n1' ? 3 : 8), loss: () => 0 };
    send('there');
    send('back', { from: n2, to: n1 });
    await scheduler.advance(10);
    expect(arrived).toEqual(['there 3', 'back 8']);
  });

  it('is lost, and comes twice, as often as it is said', async () => {
    network.options = { latencyMs: () => 1, loss: () => 0.2, duplicates: () => 0.1 };
    sendMany(1000);
    await scheduler.advance(10);
    const { delivered, lost, duplicated } = network.traffic();
    expect(delivered).toBe(1000 - lost + duplicated);
    expect(lost).toBeGreaterThan(150);
    expect(lost).toBeLessThan(250);
    expect(duplicated).toBeGreaterThan(50);
    expect(duplicated).toBeLessThan(120);
  });

  it('waits for those before it where the link is narrow', async () => {
    network.options = { latencyMs: () => 5, loss: () => 0, bytesPerMs: 10 };
    send('a');
    send('b');
    await scheduler.advance(100);
    expect(arrived).toEqual(['a 15', 'b 25']);
  });

  it('is not sent by the dead, and does not reach them', async () => {
    send('to the dead', { from: n2, to: n1 });
    n1.kill();
    send('from the dead');
    await scheduler.advance(10);
    expect(arrived).toEqual([]);
  });
});

describe('a cut', () => {
  it('stops one direction, until it was healed as often as it was cut', async () => {
    network.cut('n1', 'n2');
    network.cut('n1', 'n2');
    send('there');
    send('back', { from: n2, to: n1 });
    await scheduler.advance(10);
    network.heal('n1', 'n2');
    send('again');
    await scheduler.advance(10);
    network.heal('n1', 'n2');
    send('at last');
    await scheduler.advance(10);
    expect(arrived).toEqual(['back 5', 'at last 25']);
    expect(network.traffic().cut).toBe(2);
  });
});

describe('a clog', () => {
  it('holds what arrives, and lets all of it through at its end, in order', async () => {
    network.rules.clog('n1', 'n2');
    send('a');
    await scheduler.advance(1);
    send('b');
    await scheduler.advance(100);
    expect(arrived).toEqual([]);
    network.rules.unclog('n1', 'n2');
    expect(arrived).toEqual(['a 101', 'b 101']);
  });
});

describe('a reset', () => {
  it('loses some of what is on its way, and nothing that is sent later', async () => {
    sendMany(100);
    await scheduler.advance(1);
    network.reset('n1', 'n2');
    await scheduler.advance(10);
    const survived = arrived.length;
    expect(survived).toBeGreaterThan(20);
    expect(survived).toBeLessThan(80);
    sendMany(100);
    await scheduler.advance(10);
    expect(arrived.length - survived).toBe(100);
  });
});

describe('a link', () => {
  it('to a process that ends while its hello is on the way is broken, and does not wait for ever', async () => {
    transportOf(n2, ADDRESS);
    const link = transportOf(n1, { host: 'n1', port: 7001 }).link(ADDRESS);
    const told = link.meta({ kind: 'pull', after: 0 }, 1_000).catch((error: unknown) => error);
    await scheduler.advance(7);
    network.kill(n2);
    await scheduler.advance(10);
    expect(link.state()).toBe('broken');
    expect(await told).toMatchObject({ code: 'KV_UNREACHABLE' });
  });
});
