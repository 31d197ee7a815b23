import { authorize } from '../../core/access/authorize.js';
import type { KvError } from '../../core/errors.js';
import type { ClientRequest, ClientResult } from '../../core/operations.js';
import type { CallContext, ClientFacade } from './client-facade.js';

/** Executes an operation if its caller may do it; an empty namespace is `default`. */
export function executeAuthorized(
  facade: ClientFacade,
  { request, context }: { readonly request: ClientRequest; readonly context: CallContext },
  done: (result: ClientResult | KvError) => void,
): void {
  const reads = request.kind === 'get' || request.kind === 'exists';
  const refusal = authorize(context.caller, reads ? 'read' : 'write');
  if (refusal !== undefined) done(refusal);
  else if (request.namespace !== '') facade.execute(request, context, done);
  else facade.execute({ ...request, namespace: 'default' }, context, done);
}
