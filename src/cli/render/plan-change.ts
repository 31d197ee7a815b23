import type { PlanReport } from '../../node/core/views/plan-views.js';
import type { StatusView } from '../../node/core/views/status-views.js';
import type { Look } from '../look.js';
import { jobOf } from '../../node/core/topology/plan-job.js';
import { flow } from './lines.js';
import { planParts, waitingText } from './plan-words.js';

/** What waits to change the ring, or changes it, in a line of the status; nothing when nothing does. */
export function planChangeLines(
  { staged, plan, nodes }: StatusView,
  { paint, width }: Look,
): readonly string[] {
  const reports = nodes.map(({ report }): PlanReport | undefined => report?.planReport);
  const lines: string[] = [];
  if (staged.length > 0)
    lines.push(...flow([`${waitingText(staged)}:`, 'kv cluster plan'], width, ' '));
  if (plan !== undefined) {
    const [head = '', ...parts] = planParts(plan, reports);
    const text = parts.map((part, i) => (i === parts.length - 1 ? `${part}:` : `${part},`));
    lines.push(...flow([`${head}:`, ...text, `kv job watch ${jobOf(plan)}`], width, ' '));
  }
  return lines.map((line) => paint('warn', line));
}
