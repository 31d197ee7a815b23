import { fileURLToPath } from 'node:url';

/** The launcher of this program, to start it again: `bin/run.js` beside `dist/` and `src/` alike. */
export const LAUNCHER = fileURLToPath(new URL('../../../bin/run.js', import.meta.url));
