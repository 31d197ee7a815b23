import type { KvError } from '../node/core/errors.js';
import type { Failure } from './exit-codes.js';

/** Version of the JSON that commands print; grows when a field changes its meaning or goes away. */
const SCHEMA_VERSION = 1;

export interface Warning {
  readonly code: string;
  readonly message: string;
}

/** A node that could not say its part. */
export interface MissingPart {
  readonly node: string;
  readonly error: { readonly code: string; readonly message: string };
}

/** A warning for each node that could not say its part. */
export function missingWarnings(missing: readonly MissingPart[]): readonly Warning[] {
  return missing.map(({ node, error }) => ({
    code: error.code,
    message: `${node}: ${error.message}`,
  }));
}

/** What a command found out, before it is text or JSON. */
export interface Facts {
  readonly result: object;
  readonly cluster?: string | undefined;
  /** Name of the node whose view it is. */
  readonly viewedFrom?: string | undefined;
  /** When it held, in ms since 1970; now, if absent. */
  readonly atMs?: number | undefined;
  readonly warnings?: readonly Warning[] | undefined;
  readonly partial?: readonly MissingPart[] | undefined;
}

/** The document of a command that answered. */
export function successEnvelope(command: string, facts: Facts, nowMs: number): object {
  return {
    schemaVersion: SCHEMA_VERSION,
    command,
    cluster: facts.cluster,
    viewedFrom: facts.viewedFrom,
    at: new Date(facts.atMs ?? nowMs).toISOString(),
    result: facts.result,
    warnings: facts.warnings ?? [],
    partial: facts.partial ?? [],
  };
}

/** The document of a command that failed. */
export function errorEnvelope(command: string, { error, exit }: Failure, nowMs: number): object {
  return {
    schemaVersion: SCHEMA_VERSION,
    command,
    at: new Date(nowMs).toISOString(),
    error: {
      code: error.code,
      exit,
      retryable: error.row.retryable,
      message: error.message,
      outcome: error.outcome,
      replicas: error.replicas,
      hints: error.hints,
      next: error.row.next,
      docs: docsOf(error),
    },
  };
}

function docsOf(error: KvError): string {
  return `docs/errors.md#${error.code.toLowerCase()}`;
}
