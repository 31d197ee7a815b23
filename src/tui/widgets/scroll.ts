/** Which rows of a longer list are shown. */
export interface Window {
  readonly top: number;
  readonly visible: number;
  readonly total: number;
}

/** The window nearest to the old one that lies inside the list and shows row `selected`. */
export function scrollTo(old: Window, selected: number | undefined): Window {
  const { visible, total } = old;
  let top = old.top;
  if (selected !== undefined) {
    if (selected < top) top = selected;
    if (selected >= top + visible) top = selected - visible + 1;
  }
  return { top: Math.max(0, Math.min(top, total - visible)), visible, total };
}

/** `12-24/640`, or nothing when everything is shown. */
export function position({ top, visible, total }: Window): string {
  return total <= visible ? '' : `${top + 1}-${Math.min(total, top + visible)}/${total}`;
}

/** One character per shown row: where the window is in the list; blanks when everything is shown. */
export function scrollbar(
  { top, visible, total }: Window,
  marks: { readonly thumb: string; readonly track: string },
): readonly string[] {
  if (total <= visible) return Array.from({ length: visible }, () => ' ');
  const size = Math.max(1, Math.floor((visible * visible) / total));
  // At the very top and bottom only when nothing is hidden there.
  const start = Math.round((top / (total - visible)) * (visible - size));
  return Array.from({ length: visible }, (_, i) =>
    i >= start && i < start + size ? marks.thumb : marks.track,
  );
}
