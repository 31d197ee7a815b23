/**
 * A dashboard over a made-up cluster, as a process of its own: the tests run it in a terminal, and so can you:
 * node --import tsx test/tui/dashboard-process.ts [nodes] [view]
 */
process.env['NODE_ENV'] = 'production';

const { runDashboard } = await import('../../src/tui/main.js');
const { LivingSource } = await import('./fake-source.js');
const { SIX_NODES } = await import('./fake-cluster.js');

const nodes = Number(process.argv[2] ?? 6);
const source = new LivingSource(() =>
  nodes === 6 ? SIX_NODES : { nodes, second: 0, states: { n17: ['down', 20] } },
);
// From outside: USR1 kills the node that is viewed first, USR2 is a defect.
process.on('SIGUSR1', () => source.kill('n1'));
process.on('SIGUSR2', () => {
  throw new Error('a defect, thrown on purpose');
});

await runDashboard(source, {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  intervalMs: 1000,
  initialView: process.argv[3] === 'gossip' ? 'gossip' : 'overview',
});
process.stdout.write('left the dashboard\n');
