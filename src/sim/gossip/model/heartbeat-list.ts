/** Nodes and their heartbeats, as a message carries them; made once for as many as a message may hold, and used again. */
export class HeartbeatList {
  readonly nodes: Uint32Array;
  readonly heartbeats: Uint32Array;
  count = 0;

  constructor(capacity: number) {
    this.nodes = new Uint32Array(capacity);
    this.heartbeats = new Uint32Array(capacity);
  }

  add(node: number, heartbeat: number): void {
    this.nodes[this.count] = node;
    this.heartbeats[this.count] = heartbeat;
    this.count += 1;
  }
}

/** Lists that wait for their next message: thousands are under way at once, and millions in a run. */
export class ListPool {
  readonly #capacity: number;
  readonly #free: HeartbeatList[] = [];

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  take(): HeartbeatList {
    const list = this.#free.pop() ?? new HeartbeatList(this.#capacity);
    list.count = 0;
    return list;
  }

  give(list: HeartbeatList): void {
    this.#free.push(list);
  }
}
