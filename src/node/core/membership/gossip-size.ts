import type { EndpointDelta, EndpointDigest, EndpointFact } from '../messages.js';

/** Bytes that one gossip message may spend on what surrounds its digests and deltas: ids, deadline, clock, framing. */
export const GOSSIP_ENVELOPE_BYTES = 128;

/** Bytes of a digest on the wire (protobuf: a tag before each field, lengths and numbers as varints), never less. */
export function digestBytes(digest: EndpointDigest): number {
  return 2 + hexField(digest.nodeId) + numberField(digest.boot) + numberField(digest.version);
}

/** Bytes of a delta without its facts, heartbeat included whatever its value. */
export function deltaHeadBytes(delta: EndpointDelta): number {
  return (
    4 +
    hexField(delta.nodeId) +
    numberField(delta.boot) +
    hexField(delta.nonce) +
    numberField(delta.heartbeat)
  );
}

/** Bytes of one fact within a delta. */
export function factBytes(fact: EndpointFact): number {
  return 4 + textField(fact.name) + textField(fact.value) + numberField(fact.version);
}

/** Bytes of a delta with its facts. */
export function deltaBytes(delta: EndpointDelta): number {
  return delta.facts.reduce((sum, fact) => sum + factBytes(fact), deltaHeadBytes(delta));
}

/** Bytes of the digests and deltas of one message, its envelope included. */
export function gossipBytes(
  digests: readonly EndpointDigest[],
  deltas: readonly EndpointDelta[],
): number {
  let bytes = GOSSIP_ENVELOPE_BYTES;
  for (const digest of digests) bytes += digestBytes(digest);
  for (const delta of deltas) bytes += deltaBytes(delta);
  return bytes;
}

function textField(text: string): number {
  const bytes = utf8Length(text);
  return 1 + varintBytes(bytes) + bytes;
}

/** Of ids and nonces, which are hex digits: one byte each. */
function hexField(text: string): number {
  return 1 + varintBytes(text.length) + text.length;
}

function numberField(value: number): number {
  return 1 + varintBytes(value);
}

function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value; rest >= 128; rest /= 128) bytes += 1;
  return bytes;
}

/** Counted without encoding; a lone surrogate counts as the three bytes of U+FFFD. */
function utf8Length(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    // Two units of a pair make four bytes, so two each; any other unit beyond 0x7ff makes three.
    const paired = unit >= 0xd800 && unit < 0xe000 && isPaired(text, i);
    bytes += unit < 0x800 || paired ? 1 : 2;
  }
  return bytes;
}

function isPaired(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  const other = text.charCodeAt(unit < 0xdc00 ? at + 1 : at - 1);
  return unit < 0xdc00 ? other >= 0xdc00 && other < 0xe000 : other >= 0xd800 && other < 0xdc00;
}
