import { useFocusManager, useInput } from 'ink';
import { useEffect, useLayoutEffect, useSyncExternalStore, type ReactNode } from 'react';
import { frame } from './frame.js';
import { strokesOf, type Stroke } from './keys.js';
import type { Store } from './store.js';
import type { Theme } from './theme.js';

export interface AppProps {
  readonly store: Store;
  readonly theme: Theme;
  readonly onStrokes: (strokes: readonly Stroke[]) => void;
  /** Draws the lines of a frame. */
  readonly onFrame: (lines: readonly string[]) => void;
}

/**
 * The dashboard: draws the shown state, and passes on what is typed.
 *
 * The lines go past Ink's own layout: that takes seven times as long as making them, and keeps every text it ever measured.
 */
export function App({ store, theme, onStrokes, onFrame }: AppProps): ReactNode {
  const state = useSyncExternalStore(store.subscribe, store.shown);
  const { disableFocus } = useFocusManager();
  useEffect(disableFocus, [disableFocus]);
  useInput((input, key) => onStrokes(strokesOf(input, key)));
  const lines = frame(state, theme).map((line) => theme.paint(line));
  useLayoutEffect(() => onFrame(lines));
  return null;
}
