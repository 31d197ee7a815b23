type Listener = (warning: Error) => void;

/** As many as anybody reads. */
const MOST = 20;

/**
 * Keeps the warnings of the runtime off the screen, where they would be drawn over the frame, until the returned function is
 * called: then they are given to those who would have had them.
 */
export function holdWarnings(): () => void {
  const held: Error[] = [];
  const before = process.listeners('warning');
  const hold: Listener = (warning) => {
    if (held.length < MOST) held.push(warning);
  };
  process.removeAllListeners('warning');
  process.on('warning', hold);
  return () => {
    process.off('warning', hold);
    for (const listener of before) process.on('warning', listener);
    for (const warning of held) for (const listener of before) listener(warning);
  };
}
