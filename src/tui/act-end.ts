/** How it went, in one line. */
export interface ActEnd {
  readonly text: string;
  readonly bad: boolean;
}
