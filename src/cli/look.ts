import { plainPaint, type Paint } from './colour.js';

/** How an answer is to look: everything a renderer may know of where it will be read. */
export interface Look {
  /** Cells of a line; tables fit, or drop columns until they do. */
  readonly width: number;
  /** `-o wide`: every column, whatever the width. */
  readonly wide: boolean;
  /** Whether tables begin with the names of their columns. */
  readonly header: boolean;
  /** Whether characters beyond ASCII may draw. */
  readonly unicode: boolean;
  readonly paint: Paint;
}

/** 80 columns, no colour, ASCII: what a pipe gets. */
export const PLAIN_LOOK: Look = {
  width: 80,
  wide: false,
  header: true,
  unicode: false,
  paint: plainPaint,
};
