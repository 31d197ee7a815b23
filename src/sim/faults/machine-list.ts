import type { ScenarioLine } from './scenario-line.js';

/** How many machines of each sort a scenario has; they are called n1, n2 ..., and c1, c2 ... */
export interface Roster {
  readonly nodes: number;
  readonly clients: number;
}

/** Which machines a fault may concern. */
export type MachineSort = 'node' | 'machine';

const NAME = /^([nc])([1-9]\d{0,5})$/;

/** The names n1 ... of all nodes, or c1 ... of all clients. */
export function namesOf(letter: 'n' | 'c', count: number): readonly string[] {
  return Array.from({ length: count }, (_, i) => `${letter}${i + 1}`);
}

/** Takes a list such as `n1,n2`, `nodes` or `c1`: machines that the scenario has, none of them twice. */
export function readMachines(
  line: ScenarioLine,
  roster: Roster,
  sort: MachineSort,
): readonly string[] {
  const expected = sort === 'node' ? 'nodes such as n1 or n1,n2' : 'machines such as n1 or n1,c2';
  const names: string[] = [];
  for (const word of line.take(expected).split(',')) {
    for (const name of expand(word, roster)) {
      const refusal =
        refuse(name, roster, sort) ?? (names.includes(name) ? 'each machine once' : '');
      if (refusal !== '') throw line.wrong(word, refusal === 'name' ? expected : refusal);
      names.push(name);
    }
  }
  return names;
}

/** Takes a list of directed links such as `n1->n2,n2->c1`. */
export function readLinks(
  line: ScenarioLine,
  roster: Roster,
  sort: MachineSort,
): readonly (readonly [from: string, to: string])[] {
  const expected = 'links such as n1->n2 or n1->n2,n2->n1';
  const links: (readonly [string, string])[] = [];
  for (const word of line.take(expected).split(',')) {
    const [from = '', to = '', ...more] = word.split('->');
    if (more.length > 0 || from === to) throw line.wrong(word, expected);
    for (const name of [from, to]) {
      const refusal = refuse(name, roster, sort);
      if (refusal !== undefined) throw line.wrong(word, refusal === 'name' ? expected : refusal);
    }
    links.push([from, to]);
  }
  return links;
}

function expand(word: string, { nodes, clients }: Roster): readonly string[] {
  if (word === 'nodes') return namesOf('n', nodes);
  if (word === 'clients') return namesOf('c', clients);
  return [word];
}

/** Why this is no machine of the scenario: `name` when it is no name at all, else what was expected. */
function refuse(name: string, { nodes, clients }: Roster, sort: MachineSort): string | undefined {
  const [, letter, index = ''] = NAME.exec(name) ?? [];
  if (letter === undefined) return 'name';
  if (letter === 'c' && sort === 'node') return 'a node, not a client';
  const count = letter === 'n' ? nodes : clients;
  if (Number(index) <= count) return undefined;
  return count === 0 ? 'a node: there are no clients' : `one of ${letter}1 to ${letter}${count}`;
}
