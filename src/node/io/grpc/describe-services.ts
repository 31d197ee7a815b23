import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { loadSync } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';
import { HealthImplementation } from 'grpc-health-check';
import { assert } from '../../../stdx/assert.js';
import type { GrpcListener } from './grpc-listener.js';

const PROTO_DIRECTORY = fileURLToPath(new URL('../../../../proto', import.meta.url));
const SERVICES = ['kv.v1.Kv', 'kv.v1.Admin'];

/** Adds server reflection of the client services, from the `.proto` files that are shipped with the program. */
export function addReflection(listener: GrpcListener): void {
  assert(existsSync(PROTO_DIRECTORY), 'the program is shipped with its proto directory');
  const definition = loadSync(['kv/v1/kv.proto', 'kv/v1/admin.proto'], {
    includeDirs: [PROTO_DIRECTORY],
    keepCase: true,
  });
  new ReflectionService(definition, { services: SERVICES }).addToServer(listener.server);
}

/** Adds grpc.health.v1: not serving until the returned function says so, and again whenever it does. */
export function addHealth(listener: GrpcListener): (serving: boolean) => void {
  const names = ['', ...SERVICES];
  const health = new HealthImplementation(
    Object.fromEntries(names.map((name) => [name, 'NOT_SERVING'])),
  );
  health.addToServer(listener.server);
  return (serving) => {
    for (const name of names) health.setStatus(name, serving ? 'SERVING' : 'NOT_SERVING');
  };
}
