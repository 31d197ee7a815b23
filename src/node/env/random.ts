/** The only source of chance below the edges; seeded in the simulator. */
export interface Random {
  /** A whole number in [0, 2^32). */
  nextU32(): number;
  /** A number in [0, 1). */
  nextFloat(): number;
  /** `length` fresh bytes; of cryptographic quality in production (identities are made from them). */
  bytes(length: number): Uint8Array;
}
