import { unreachable } from '../../stdx/unreachable.js';
import type { Fault, ScheduledFault } from './fault.js';

/** A fault of one kind. */
export type FaultOf<K extends Fault['kind']> = Extract<Fault, { readonly kind: K }>;

/** A fault that lasts a while, and is over then. */
export type LastingFault = Extract<Fault, { readonly forMs: number }>;

/** True for a fault that lasts a while; the others are a moment, or stay until another one undoes them. */
export function isLasting(fault: Fault): fault is LastingFault {
  return 'forMs' in fault;
}

/** The moment from which a fault is over, as far as time alone undoes it. */
export function endOf({ atMs, fault }: ScheduledFault): number {
  return isLasting(fault) ? atMs + fault.forMs : atMs;
}

/** The last moment at which a fault of the schedule strikes or is over; 0 when there is none. */
export function lastEndOf(faults: readonly ScheduledFault[]): number {
  return faults.reduce((last, one) => Math.max(last, endOf(one)), 0);
}

/** The names of the machines that a fault concerns, some of them more than once. */
export function machinesOf(fault: Fault): readonly string[] {
  switch (fault.kind) {
    case 'crash':
    case 'restart':
    case 'disk-slow':
    case 'disk-fail':
    case 'disk-full':
    case 'rot':
    case 'rollback':
    case 'clone':
      return [fault.node];
    case 'pause':
    case 'clock-jump':
    case 'clock-drift':
      return [fault.machine];
    case 'partition':
      return fault.sides.flat();
    case 'clog':
      return fault.links.flat();
    case 'reset':
      return [fault.from, fault.to];
    case 'network':
      return [];
    default:
      return unreachable(fault);
  }
}
