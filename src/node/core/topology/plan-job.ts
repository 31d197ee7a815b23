/** The name of a plan as a job: `p-12`. */
export function jobOf({ id }: { readonly id: number }): string {
  return `p-${id}`;
}
