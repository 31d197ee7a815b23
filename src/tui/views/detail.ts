import type { Area } from '../layout.js';
import type { Line } from '../line.js';
import type { Theme } from '../theme.js';

/** The room that the details of a job have. */
export interface DetailRoom {
  readonly rows: number;
  readonly area: Area;
  readonly theme: Theme;
}

/** What is told of a job: the first lines matter most, the last one says what can be typed. */
export interface Detail {
  readonly facts: readonly Line[];
  /** A table of at most so many rows of the screen; nothing where there are too few. */
  readonly table: (rows: number) => readonly Line[];
  readonly commands: readonly string[];
}
