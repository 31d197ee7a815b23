import type { WriteResult } from '../../client/client.js';
import { formatVersion } from '../../node/core/version/version.js';
import { formatDuration } from '../../stdx/duration.js';
import { showKey } from '../show-key.js';
import { document } from './lines.js';

/** One line per key: `cart:9 written by n2 n3 in 3.4ms, version ...`. */
export function renderWritten(
  verb: 'written' | 'deleted',
  items: readonly { readonly key: Uint8Array; readonly result: WriteResult }[],
): string {
  return document(
    items.map(({ key, result }) => {
      const by = result.acks.join(' ');
      const took = formatDuration(result.tookMs);
      return `${showKey(key)} ${verb} by ${by} in ${took}, version ${formatVersion(result.version)}`;
    }),
  );
}
