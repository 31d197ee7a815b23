import { Transform, useFocusManager, useInput } from 'ink';
import { useEffect, useSyncExternalStore, type ReactNode } from 'react';
import { frame } from './frame.js';
import { strokesOf, type Stroke } from './keys.js';
import type { Store } from './store.js';
import type { Theme } from './theme.js';

export interface AppProps {
  readonly store: Store;
  readonly theme: Theme;
  readonly onStrokes: (strokes: readonly Stroke[]) => void;
}

/** The dashboard: draws the shown state, and passes on what is typed. */
export function App({ store, theme, onStrokes }: AppProps): ReactNode {
  const state = useSyncExternalStore(store.subscribe, store.shown);
  const { disableFocus } = useFocusManager();
  useEffect(disableFocus, [disableFocus]);
  useInput((input, key) => onStrokes(strokesOf(input, key)));
  const lines = frame(state, theme).map((line) => theme.paint(line));
  // Ink never forgets a text that it has measured, and these change with every frame: so it measures blanks, always the
  // same, and gets the lines when it has finished its layout.
  return (
    <Transform transform={(_blank, row) => lines[row] ?? ''}>
      {blankRows(state.size.rows)}
    </Transform>
  );
}

function blankRows(rows: number): string {
  return Array.from({ length: rows }, () => ' ').join('\n');
}
