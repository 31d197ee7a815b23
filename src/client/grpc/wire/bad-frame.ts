/** Bytes that are not what the `.proto` says: whoever reads them ends the connection that they came by. */
export class BadFrame extends Error {
  override readonly name = 'BadFrame';
}
