/**
 * A dashboard over a made-up cluster, as a process of its own: the tests run it in a terminal, and so can you:
 * node --import tsx test/tui/dashboard-process.ts [nodes] [view]
 *
 * Keys of its own: K kills the node that is viewed first, T sends SIGTERM, X is a defect.
 */
process.env['NODE_ENV'] = 'production';

const { runDashboard } = await import('../../src/tui/main.js');
const { LivingSource } = await import('./fake-source.js');
const { SIX_NODES } = await import('./fake-cluster.js');

const nodes = Number(process.argv[2] ?? 6);
const source = new LivingSource(() =>
  nodes === 6 ? SIX_NODES : { nodes, second: 0, states: { n17: ['down', 20] } },
);

/** These keys mean nothing to the dashboard; what is read here is read by it too. */
const read = process.stdin.read.bind(process.stdin);
process.stdin.read = (size?: number): unknown => {
  const typed: unknown = read(size);
  if (typed === 'K') source.kill('n1');
  if (typed === 'T') process.kill(process.pid, 'SIGTERM');
  if (typed === 'X') {
    setImmediate(() => {
      throw new Error('a defect, thrown on purpose');
    });
  }
  return typed;
};

await runDashboard(source, {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  intervalMs: 1000,
  initialView: process.argv[3] === 'gossip' ? 'gossip' : 'overview',
});
process.stdout.write('left the dashboard\n');
