/** What a process knows of itself, for people who look at it. */
export interface ProcessFacts {
  readonly pid: number;
  /** Version of Node.js, as `20.20.2`. */
  readonly nodeVersion: string;
  /** Version of kv. */
  readonly release: string;
  rssBytes(): number;
  heapBytes(): number;
  /** 99th percentile of the delay of the event loop since the last call a minute ago, in ms. */
  eventLoopDelayP99Ms(): number;
}
