import type { Fault, ScheduledFault } from './fault.js';

/**
 * The places of the faults of a schedule, those together that are left out together: a step of a clock and the step
 * back, a drift and its end. Without the second, a clock would stay wrong, and that is another story.
 */
export function faultUnits(faults: readonly ScheduledFault[]): readonly (readonly number[])[] {
  const units: number[][] = [];
  const taken = new Set<number>();
  for (const [i, { fault }] of faults.entries()) {
    if (taken.has(i)) continue;
    const unit = [i];
    const undoing = faults.findIndex(
      (later, j) => j > i && !taken.has(j) && undoes(later.fault, fault),
    );
    if (undoing >= 0) unit.push(undoing);
    for (const place of unit) taken.add(place);
    units.push(unit);
  }
  return units;
}

function undoes(later: Fault, fault: Fault): boolean {
  if (fault.kind === 'clock-jump')
    return (
      later.kind === 'clock-jump' && later.machine === fault.machine && later.byMs === -fault.byMs
    );
  return (
    fault.kind === 'clock-drift' &&
    fault.partsPerMillion !== 0 &&
    later.kind === 'clock-drift' &&
    later.machine === fault.machine &&
    later.partsPerMillion === 0
  );
}
