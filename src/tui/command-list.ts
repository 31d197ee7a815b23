/** What can be typed after `:`. */
export interface CommandEntry {
  readonly name: string;
  readonly usage: string;
  readonly text: string;
  /** What its argument is completed from. */
  readonly argument?: 'node' | 'sort' | undefined;
}

const entry = (usage: string, text: string, argument?: CommandEntry['argument']): CommandEntry => ({
  name: usage.split(' ', 1)[0]!,
  usage,
  text,
  argument,
});

export const COMMANDS: readonly CommandEntry[] = [
  entry('overview', 'nodes, alerts, events'),
  entry('ring', 'who owns which keys'),
  entry('gossip', 'what the nodes hear of each other'),
  entry('matrix', 'who sees whom'),
  entry('node NAME', 'one node', 'node'),
  entry('hints', 'what is kept for nodes that missed writes'),
  entry('jobs', 'what changes the ring, and repairs'),
  entry('events', 'what happened'),
  entry('help', 'keys and commands'),
  entry('view NAME', 'see the cluster as that node does', 'node'),
  entry('key KEY', 'who owns that key'),
  entry('filter TEXT', 'only rows with that text; !TEXT for the others'),
  entry('sort COLUMN', 'order the rows', 'sort'),
  entry('interval 2s', 'refresh that often'),
  entry('pause', 'stand still, or go on'),
  entry('save', 'what is shown, as JSON and as text'),
  entry('quit', 'leave'),
];
