/** An error in one line: what it says, and where it was thrown. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const at = error.stack
    ?.split('\n')
    .slice(1, 4)
    .map((line) => line.trim())
    .join(' ');
  return `${error.name}: ${error.message}${at === undefined ? '' : ` (${at})`}`;
}
