import type { StorageJobRequest as Message } from '../../../generated/kv/v1/admin.js';
import type { TombstonesResponse } from '../../../generated/kv/v1/admin.js';
import { KvError } from '../../core/errors.js';
import type { StorageJobRequest, TombstonesView } from '../../core/views/storage-views.js';

const KINDS = ['flush', 'compact', 'verify'] as const;
const ACTIONS = ['start', 'status', 'stop'] as const;

/** What a client asks for. @throws KvError KV_USAGE for words that nobody knows */
export function storageJobOf({ kind, action, range }: Message): StorageJobRequest {
  return {
    kind: wordOf('work on the store', KINDS, kind),
    action: wordOf('thing to do with it', ACTIONS, action),
    range,
  };
}

export function tombstonesToMessage(view: TombstonesView): TombstonesResponse {
  return {
    ...view,
    namespaces: view.namespaces.map(({ isCounted, ...rest }) => ({ ...rest, counted: isCounted })),
  };
}

function wordOf<W extends string>(what: string, words: readonly W[], text: string): W {
  const word = words.find((one) => one === text);
  if (word !== undefined) return word;
  const message = `no ${what} is called ${JSON.stringify(text)}: use ${words.join(', ')}`;
  throw new KvError('KV_USAGE', message);
}
