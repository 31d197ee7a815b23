import { unreachable } from '../../stdx/unreachable.js';
import type { Fault } from './fault.js';
import type { FaultOf } from './fault-parts.js';
import type { Scenario } from './scenario.js';

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
] as const;

const KIB = 1024;
const MIB = 1024 * 1024;

/** The text of a scenario file, from which `parseScenario` makes the same scenario again. */
export function formatScenario(scenario: Scenario): string {
  const { name, description, nodes, minutes, clients, graceMs, faults } = scenario;
  const settings = [`name ${name}`, `nodes ${nodes}`, `minutes ${minutes}`, `clients ${clients}`];
  if (graceMs !== undefined) settings.push(`grace ${exact(graceMs)}`);
  if (description !== '') settings.splice(1, 0, `about ${description}`);
  const lines = faults.map(({ atMs, fault }) => `at ${exact(atMs)} ${formatFault(fault)}`);
  const parts = lines.length === 0 ? settings : [...settings, '', ...lines];
  return `${parts.join('\n')}\n`;
}

/** A fault as a line of a scenario file says it, without when. */
export function formatFault(fault: Fault): string {
  switch (fault.kind) {
    case 'crash':
      return `crash ${fault.node} ${fault.underWay === 'kept' ? 'kept ' : ''}for ${exact(fault.forMs)}`;
    case 'restart':
    case 'clone':
      return `${fault.kind} ${fault.node} for ${exact(fault.forMs)}`;
    case 'pause':
      return `pause ${fault.machine} for ${exact(fault.forMs)}`;
    case 'partition':
      return formatPartition(fault);
    case 'clog':
      return `clog ${fault.links.map(([from, to]) => link(from, to)).join(',')} for ${exact(fault.forMs)}`;
    case 'network':
      return formatNetwork(fault);
    case 'reset':
      return `reset ${link(fault.from, fault.to)}`;
    case 'clock-jump':
      return `clock of ${fault.machine} ${sign(fault.byMs)}${exact(Math.abs(fault.byMs))}`;
    case 'clock-drift':
      return `drift of ${fault.machine} ${sign(fault.partsPerMillion)}${Math.abs(fault.partsPerMillion)}ppm`;
    case 'disk-slow':
    case 'disk-fail':
    case 'disk-full':
    case 'rot':
    case 'rollback':
      return formatDisk(fault);
    default:
      return unreachable(fault);
  }
}

function formatDisk(
  fault: FaultOf<'disk-slow' | 'disk-fail' | 'disk-full' | 'rot' | 'rollback'>,
): string {
  switch (fault.kind) {
    case 'disk-slow':
      return `slow-disk ${fault.node} by ${exact(fault.stepMs)} for ${exact(fault.forMs)}`;
    case 'disk-fail':
      return `fail-disk ${fault.node} on ${fault.how} for ${exact(fault.forMs)}`;
    case 'disk-full':
      return `fill-disk ${fault.node} for ${exact(fault.forMs)}`;
    case 'rot':
      return `rot ${fault.node}`;
    case 'rollback':
      return `rollback ${fault.node} by ${exact(fault.ageMs)} for ${exact(fault.forMs)}`;
    default:
      return unreachable(fault);
  }
}

function formatPartition({ sides, direction, forMs }: FaultOf<'partition'>): string {
  const shown = sides.map((side) => side.join(',')).join(' | ');
  return `partition ${shown} for ${exact(forMs)}${direction === 'one-way' ? ' one-way' : ''}`;
}

function formatNetwork(fault: FaultOf<'network'>): string {
  const words: string[] = [];
  if (fault.duplicates > 0) words.push('duplicates', percent(fault.duplicates));
  if (fault.latencyFactor !== 1) words.push('latency', `x${fault.latencyFactor}`);
  if (fault.bytesPerMs !== undefined) words.push('bandwidth', bandwidth(fault.bytesPerMs));
  if (fault.loss > 0 || words.length === 0) words.unshift('loss', percent(fault.loss));
  return `network ${words.join(' ')} for ${exact(fault.forMs)}`;
}

function bandwidth(bytesPerMs: number): string {
  const perSecond = Math.round(bytesPerMs * 1000);
  if (perSecond % MIB === 0) return `${perSecond / MIB}MiB/s`;
  return perSecond % KIB === 0 ? `${perSecond / KIB}KiB/s` : `${perSecond}B/s`;
}

/** A share as percent with four decimals, as many as the parser takes: binary fractions would show more. */
function percent(share: number): string {
  return `${Math.round(share * 1_000_000) / 10_000}%`;
}

function link(from: string, to: string): string {
  return `${from}->${to}`;
}

function sign(value: number): '+' | '-' {
  return value < 0 ? '-' : '+';
}

/** A duration with all its units, where `formatDuration` would round: `1h0m3s`. */
function exact(ms: number): string {
  let restMs = ms;
  let text = '';
  for (const [unit, unitMs] of UNITS) {
    const count = Math.floor(restMs / unitMs);
    restMs -= count * unitMs;
    if (count > 0) text += `${count}${unit}`;
  }
  return text === '' ? '0s' : text;
}
