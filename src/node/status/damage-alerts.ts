import { rottenText, unreadableText } from '../core/views/damage-text.js';
import type { NodeReport } from '../core/views/node-views.js';
import type { AlertView } from '../core/views/status-views.js';
import { alert } from './alert.js';

/** What a node cannot read of its own store: copies that are healed are a remark on its disk, and all else is a fault. */
export function damageAlerts({ name, damage }: Pick<NodeReport, 'name' | 'damage'>): AlertView[] {
  const alerts: AlertView[] = [];
  const hints = [`kv storage show --node ${name}`];
  if (damage.rotten > 0)
    alerts.push(
      alert(damage.unhealed > 0 ? 'bad' : 'warn', 'KV_ROTTEN_COPIES', {
        node: name,
        message: rottenText(damage),
        hints,
      }),
    );
  if (damage.unreadable > 0)
    alerts.push(
      alert('bad', 'KV_STORE_UNREADABLE', {
        node: name,
        message: unreadableText(damage.unreadable),
        hints,
      }),
    );
  return alerts;
}
