/** n2 before n10: digits are compared as numbers. */
export function compareNames(a: string, b: string): number {
  const partsA = a.split(/(\d+)/);
  const partsB = b.split(/(\d+)/);
  for (let i = 0; i < Math.min(partsA.length, partsB.length); i++) {
    const [x, y] = [partsA[i] ?? '', partsB[i] ?? ''];
    if (x === y) continue;
    const difference = i % 2 === 1 ? Number(x) - Number(y) : 0;
    return difference === 0 ? (x < y ? -1 : 1) : difference;
  }
  return partsA.length - partsB.length;
}
