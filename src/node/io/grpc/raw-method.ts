import type { MethodDefinition } from '@grpc/grpc-js';

const asIs = (bytes: Buffer): Buffer => bytes;

/** The method with its messages left as bytes: they are encoded and decoded by hand, where a bad one can be counted. */
export function rawMethod<Q, R>(method: MethodDefinition<Q, R>): MethodDefinition<Buffer, Buffer> {
  return {
    ...method,
    requestSerialize: asIs,
    requestDeserialize: asIs,
    responseSerialize: asIs,
    responseDeserialize: asIs,
  };
}
