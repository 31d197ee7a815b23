import type { Fault } from './fault.js';
import { namesOf, readLinks, readMachines, type Roster } from './machine-list.js';
import { readNetwork } from './read-network.js';
import type { ScenarioLine } from './scenario-line.js';

type Reader = (line: ScenarioLine, roster: Roster) => readonly Fault[];

/** How long a node stays away in a restart that does not say. */
const RESTART_MS = 5_000;

const SIGNED = /^([+-])(.+)$/;
const PPM = /^([+-])(\d{1,6}(?:\.\d{1,3})?)ppm$/;

const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['crash', readCrash],
  ['restart', readRestart],
  ['pause', readPause],
  ['isolate', readIsolate],
  ['partition', readPartition],
  ['clog', readClog],
  ['network', (line) => [readNetwork(line)]],
  ['reset', readReset],
  ['clock', readClock],
  ['drift', readDrift],
  ['slow-disk', readSlowDisk],
  ['fail-disk', readFailDisk],
  ['fill-disk', lastingOnNodes('disk-full')],
  [
    'rot',
    (line, roster) => readMachines(line, roster, 'node').map((node) => ({ kind: 'rot', node })),
  ],
  ['rollback', readRollback],
  ['clone', lastingOnNodes('clone')],
]);

/** What the rest of a line says goes wrong: one fault for each machine of its list, in the order of the list. */
export function readFault(line: ScenarioLine, roster: Roster): readonly Fault[] {
  const expected = `a fault: ${[...READERS.keys()].join(', ')}`;
  const verb = line.take(expected);
  const read = READERS.get(verb);
  if (read === undefined) throw line.wrong(verb, expected);
  const faults = read(line, roster);
  line.end();
  return faults;
}

function readCrash(line: ScenarioLine, roster: Roster): readonly Fault[] {
  const nodes = readMachines(line, roster, 'node');
  const underWay = line.accept('kept') ? 'kept' : 'lost';
  if (line.peek() !== 'for') throw line.wrongNext(underWay === 'kept' ? 'for' : 'for, or kept');
  const forMs = line.lasting();
  return nodes.map((node) => ({ kind: 'crash', node, forMs, underWay }));
}

function readRestart(line: ScenarioLine, roster: Roster): readonly Fault[] {
  const nodes = readMachines(line, roster, 'node');
  const forMs = line.peek() === undefined ? RESTART_MS : line.lasting();
  return nodes.map((node) => ({ kind: 'restart', node, forMs }));
}

function readPause(line: ScenarioLine, roster: Roster): readonly Fault[] {
  const machines = readMachines(line, roster, 'machine');
  const forMs = line.lasting();
  return machines.map((machine) => ({ kind: 'pause', machine, forMs }));
}

/** Cuts nodes off all the other nodes; the clients still reach them. */
function readIsolate(line: ScenarioLine, roster: Roster): readonly Fault[] {
  const cutOff = readMachines(line, roster, 'node');
  const others = namesOf('n', roster.nodes).filter((name) => !cutOff.includes(name));
  if (others.length === 0) throw line.wrong(cutOff.join(','), 'at least one node less');
  const forMs = line.lasting();
  const direction = line.accept('one-way') ? 'one-way' : 'both';
  return [{ kind: 'partition', sides: [cutOff, others], direction, forMs }];
}

function readPartition(line: ScenarioLine, roster: Roster): readonly Fault[] {
  const sides = [readMachines(line, roster, 'machine')];
  if (line.peek() !== '|') throw line.wrongNext('| and the other side');
  while (line.accept('|')) {
    const side = readMachines(line, roster, 'machine');
    const twice = side.find((name) => sides.flat().includes(name));
    if (twice !== undefined) throw line.wrong(twice, 'each machine on one side only');
    sides.push(side);
  }
  const forMs = line.lasting();
  if (line.peek() === 'one-way' && sides.length > 2)
    throw line.wrongNext('one-way only between two sides');
  const direction = line.accept('one-way') ? 'one-way' : 'both';
  return [{ kind: 'partition', sides, direction, forMs }];
}

function readClog(line: ScenarioLine, roster: Roster): readonly Fault[] {
  const links = readLinks(line, roster, 'machine');
  return [{ kind: 'clog', links, forMs: line.lasting() }];
}

function readReset(line: ScenarioLine, roster: Roster): readonly Fault[] {
  return readLinks(line, roster, 'node').map(([from, to]) => ({ kind: 'reset', from, to }));
}

function readClock(line: ScenarioLine, roster: Roster): readonly Fault[] {
  line.expect('of');
  const machines = readMachines(line, roster, 'machine');
  const expected = 'a step with its sign, such as +1h or -400ms';
  const word = line.take(expected);
  const [, sign, duration = ''] = SIGNED.exec(word) ?? [];
  if (sign === undefined) throw line.wrong(word, expected);
  const stepMs = line.durationOf(duration, expected);
  const byMs = sign === '-' ? 0 - stepMs : stepMs;
  return machines.map((machine) => ({ kind: 'clock-jump', machine, byMs }));
}

function readDrift(line: ScenarioLine, roster: Roster): readonly Fault[] {
  line.expect('of');
  const machines = readMachines(line, roster, 'machine');
  const expected = 'parts per million with their sign, such as +300ppm';
  const word = line.take(expected);
  const [, sign, digits] = PPM.exec(word) ?? [];
  if (sign === undefined) throw line.wrong(word, expected);
  const size = Number(digits);
  const partsPerMillion = sign === '-' ? 0 - size : size;
  return machines.map((machine) => ({ kind: 'clock-drift', machine, partsPerMillion }));
}

function readSlowDisk(line: ScenarioLine, roster: Roster): readonly Fault[] {
  const nodes = readMachines(line, roster, 'node');
  line.expect('by');
  const stepMs = line.duration();
  const forMs = line.lasting();
  return nodes.map((node) => ({ kind: 'disk-slow', node, stepMs, forMs }));
}

function readFailDisk(line: ScenarioLine, roster: Roster): readonly Fault[] {
  const nodes = readMachines(line, roster, 'node');
  line.expect('on');
  const how = line.take('write or sync');
  if (how !== 'write' && how !== 'sync') throw line.wrong(how, 'write or sync');
  const forMs = line.lasting();
  return nodes.map((node) => ({ kind: 'disk-fail', node, how, forMs }));
}

function readRollback(line: ScenarioLine, roster: Roster): readonly Fault[] {
  const nodes = readMachines(line, roster, 'node');
  line.expect('by');
  const ageMs = line.duration();
  const forMs = line.lasting();
  return nodes.map((node) => ({ kind: 'rollback', node, ageMs, forMs }));
}

function lastingOnNodes(kind: 'disk-full' | 'clone'): Reader {
  return (line, roster) => {
    const nodes = readMachines(line, roster, 'node');
    const forMs = line.lasting();
    return nodes.map((node) => ({ kind, node, forMs }));
  };
}
