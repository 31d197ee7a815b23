/** Prints rows as a table for people, or as one JSON document. */
export function printReport(
  title: string,
  rows: readonly object[],
  { json }: { readonly json: boolean },
): void {
  if (json) {
    process.stdout.write(`${JSON.stringify({ title, rows })}\n`);
    return;
  }
  const records = rows.map((row) => new Map(Object.entries(row).map(([k, v]) => [k, String(v)])));
  const columns = [...new Set(records.flatMap((record) => [...record.keys()]))];
  const widths = columns.map((column) =>
    Math.max(column.length, ...records.map((record) => (record.get(column) ?? '').length)),
  );
  const line = (cells: readonly string[]): string =>
    cells.map((cell, i) => cell.padStart(widths[i] ?? 0)).join('  ');
  process.stdout.write(`${title}\n${line(columns)}\n`);
  for (const record of records)
    process.stdout.write(`${line(columns.map((column) => record.get(column) ?? ''))}\n`);
}
