import { parseSize } from '../../stdx/size.js';
import type { FaultOf } from './fault-parts.js';
import type { ScenarioLine } from './scenario-line.js';

interface Quality {
  loss: number;
  duplicates: number;
  latencyFactor: number;
  bytesPerMs: number | undefined;
}

type Property = 'loss' | 'duplicates' | 'latency' | 'bandwidth';

const EXPECTED = 'loss 5%, duplicates 1%, latency x10 or bandwidth 64KiB/s';
const PERCENT = /^(\d{1,3}(?:\.\d{1,4})?)%$/;
const FACTOR = /^x(\d{1,4}(?:\.\d{1,3})?)$/;
const BANDWIDTH = /^(.+)\/s$/;

/** Takes what a line says of the whole network: one property at least, each once, in any order; then for how long. */
export function readNetwork(line: ScenarioLine): FaultOf<'network'> {
  const quality: Quality = { loss: 0, duplicates: 0, latencyFactor: 1, bytesPerMs: undefined };
  const given = new Set<Property>();
  while (line.peek() !== 'for' || given.size === 0) {
    const word = line.take(given.size === 0 ? EXPECTED : `for, or ${EXPECTED}`);
    if (!isProperty(word)) throw line.wrong(word, EXPECTED);
    if (given.has(word)) throw line.wrong(word, 'each property once');
    given.add(word);
    readProperty(line, word, quality);
  }
  return { kind: 'network', ...quality, forMs: line.lasting() };
}

function isProperty(word: string): word is Property {
  return ['loss', 'duplicates', 'latency', 'bandwidth'].includes(word);
}

function readProperty(line: ScenarioLine, property: Property, quality: Quality): void {
  if (property === 'loss') quality.loss = readShare(line);
  else if (property === 'duplicates') quality.duplicates = readShare(line);
  else if (property === 'latency') quality.latencyFactor = readFactor(line);
  else quality.bytesPerMs = readBandwidth(line);
}

/** A share in [0, 1], of a percentage with four decimals at most. */
function readShare(line: ScenarioLine): number {
  const expected = 'a share such as 5% or 0.5%';
  const word = line.take(expected);
  const percent = Number(PERCENT.exec(word)?.[1] ?? Number.NaN);
  if (!(percent <= 100)) throw line.wrong(word, expected);
  return Math.round(percent * 10_000) / 1_000_000;
}

function readFactor(line: ScenarioLine): number {
  const expected = 'a factor of 1 or more, such as x10 or x2.5';
  const word = line.take(expected);
  const factor = Number(FACTOR.exec(word)?.[1] ?? Number.NaN);
  if (!(factor >= 1)) throw line.wrong(word, expected);
  return factor;
}

function readBandwidth(line: ScenarioLine): number {
  const expected = 'a bandwidth such as 64KiB/s or 500B/s';
  const word = line.take(expected);
  const perSecond = parseSize(BANDWIDTH.exec(word)?.[1] ?? '') ?? 0;
  if (perSecond === 0 || !Number.isSafeInteger(perSecond)) throw line.wrong(word, expected);
  return perSecond / 1000;
}
