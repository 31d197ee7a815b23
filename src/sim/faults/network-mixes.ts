import type { SchedulePlan } from './schedule-plan.js';

/** All links get much worse: loss up to 20 %, duplicates, latency up to ten times, sometimes little bandwidth. */
export function badNetwork(plan: SchedulePlan, atMs: number): boolean {
  return worsen(plan, atMs, {
    loss: plan.between(0, 200) / 1000,
    duplicates: plan.oneIn(2) ? plan.between(0, 50) / 1000 : 0,
    latencyFactor: plan.oneIn(2) ? plan.between(2, 10) : 1,
    bytesPerMs: plan.oneIn(5) ? plan.between(50, 500) : undefined,
  });
}

/** One or two messages in a hundred are lost. */
export function slightLoss(plan: SchedulePlan, atMs: number): boolean {
  return worsen(plan, atMs, {
    loss: plan.between(10, 20) / 1000,
    duplicates: 0,
    latencyFactor: 1,
    bytesPerMs: undefined,
  });
}

function worsen(
  plan: SchedulePlan,
  atMs: number,
  quality: {
    readonly loss: number;
    readonly duplicates: number;
    readonly latencyFactor: number;
    readonly bytesPerMs: number | undefined;
  },
): boolean {
  if (!plan.free('network', atMs)) return false;
  const forMs = plan.span(atMs, [5_000, 40_000]);
  plan.add(atMs, { kind: 'network', ...quality, forMs });
  plan.hold('network', atMs + forMs);
  return true;
}

/** The nodes fall apart into two or three groups of any size. */
export function splitNodes(plan: SchedulePlan, atMs: number): boolean {
  const sides = deal(plan, plan.nodes, plan.oneIn(4) ? 3 : 2);
  return cut(plan, atMs, { sides, direction: 'both' });
}

/** One node cannot reach the other nodes, nor they it; clients may still reach it. */
export function isolateOne(plan: SchedulePlan, atMs: number): boolean {
  return cut(plan, atMs, { sides: oneAgainstTheRest(plan), direction: 'both' });
}

/** One group, often a single node, is not heard by the others, or does not hear them. */
export function cutOneWay(plan: SchedulePlan, atMs: number): boolean {
  const sides = plan.oneIn(2) ? oneAgainstTheRest(plan) : deal(plan, plan.nodes, 2);
  return cut(plan, atMs, { sides: plan.chance.shuffle(sides), direction: 'one-way' });
}

/** Two groups that do not see each other, and one node that both see. */
export function bridgeNodes(plan: SchedulePlan, atMs: number): boolean {
  const [, ...others] = plan.chance.shuffle(plan.nodes);
  return cut(plan, atMs, { sides: deal(plan, others, 2), direction: 'both' });
}

/** One node comes and goes, faster than the others can make up their minds about it. */
export function flapOne(plan: SchedulePlan, atMs: number): boolean {
  if (plan.nodes.length < 2 || !plan.free('partition', atMs)) return false;
  const sides = oneAgainstTheRest(plan);
  const direction = plan.oneIn(3) ? 'one-way' : 'both';
  let nextMs = atMs;
  for (let left = plan.between(3, 8); left > 0 && nextMs < plan.endMs; left--) {
    const forMs = plan.span(nextMs, [300, 4_000]);
    plan.add(nextMs, { kind: 'partition', sides, direction, forMs });
    plan.hold('partition', nextMs + forMs);
    nextMs += forMs + plan.between(200, 4_000);
  }
  return true;
}

/** The links of some nodes are clogged one after the other, and freed in another order (a swizzle). */
export function swizzle(plan: SchedulePlan, atMs: number): boolean {
  if (plan.nodes.length < 2) return false;
  const clogged = plan.chance.shuffle(plan.nodes).slice(0, plan.between(1, plan.nodes.length));
  for (const node of clogged) {
    const strikeMs = plan.soon(atMs, 3_000);
    const others = plan.nodes.filter((other) => other !== node);
    const links = others.flatMap((other) => [[node, other] as const, [other, node] as const]);
    plan.add(strikeMs, { kind: 'clog', links, forMs: plan.span(strikeMs, [1_000, 15_000]) });
  }
  return true;
}

/** Single directed links are clogged, each for a while of its own. */
export function clogLinks(plan: SchedulePlan, atMs: number): boolean {
  const machines = [...plan.nodes, ...plan.clients];
  if (machines.length < 2) return false;
  for (let left = plan.between(1, 5); left > 0; left--) {
    // A client talks to nodes only: one end at least is a node.
    const to = plan.pick(plan.nodes);
    const from = plan.pick(machines.filter((machine) => machine !== to));
    const link = plan.oneIn(2) ? ([from, to] as const) : ([to, from] as const);
    const forMs = plan.span(atMs, [500, 15_000]);
    plan.add(atMs, { kind: 'clog', links: [link], forMs });
  }
  return true;
}

/** Connections between nodes break, in the middle of what is under way. */
export function resetLinks(plan: SchedulePlan, atMs: number): boolean {
  if (plan.nodes.length < 2) return false;
  for (let left = plan.between(1, 4); left > 0; left--) {
    const [from, to] = plan.chance.shuffle(plan.nodes);
    if (from !== undefined && to !== undefined) plan.add(atMs, { kind: 'reset', from, to });
  }
  return true;
}

function cut(
  plan: SchedulePlan,
  atMs: number,
  {
    sides,
    direction,
  }: {
    readonly sides: readonly (readonly string[])[];
    readonly direction: 'both' | 'one-way';
  },
): boolean {
  if (sides.length < 2 || !plan.free('partition', atMs)) return false;
  const forMs = plan.span(atMs, [2_000, 30_000]);
  plan.add(atMs, { kind: 'partition', sides: withClients(plan, sides), direction, forMs });
  plan.hold('partition', atMs + forMs);
  return true;
}

/** Half of the time clients reach all nodes; else each of them sees one side only. */
function withClients(
  plan: SchedulePlan,
  sides: readonly (readonly string[])[],
): readonly (readonly string[])[] {
  if (plan.oneIn(2)) return sides;
  const grown = sides.map((side) => [...side]);
  for (const client of plan.clients) plan.pick(grown).push(client);
  return grown;
}

function oneAgainstTheRest(plan: SchedulePlan): readonly (readonly string[])[] {
  const one = plan.pick(plan.nodes);
  const others = plan.nodes.filter((node) => node !== one);
  return others.length === 0 ? [] : [[one], others];
}

/** Deals the nodes out to so many sides, none of them empty; no sides when there are too few. */
function deal(
  plan: SchedulePlan,
  nodes: readonly string[],
  count: number,
): readonly (readonly string[])[] {
  if (nodes.length < count) return [];
  const sides: string[][] = Array.from({ length: count }, () => []);
  for (const [i, node] of plan.chance.shuffle(nodes).entries()) {
    const side = i < count ? sides[i] : plan.pick(sides);
    side?.push(node);
  }
  return sides.map((side) => plan.nodes.filter((node) => side.includes(node)));
}
