import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { KvError } from '../../../../src/node/core/errors.js';
import { parseScenario } from '../../../../src/sim/faults/scenario-file.js';

const ROOT = new URL('../../../../', import.meta.url);
const PAGE = readFileSync(new URL('docs/scenarios.md', ROOT), 'utf8');

/** The texts in back quotes of the first column of the table under a heading, and the last column. */
function rowsUnder(
  heading: string,
): readonly (readonly [forms: readonly string[], last: string])[] {
  const section = PAGE.split(`## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('| `'));
  return rows.map((row) => {
    const cells = row.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll('\\|', '|'));
    const forms = [...(cells[1] ?? '').matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '');
    return [forms, cells.at(-2) ?? ''] as const;
  });
}

/** A form of the page as a line that an operator might write. */
function lineOf(form: string): string {
  return form
    .replace('MACHINES | MACHINES', 'n1,c1 | n2')
    .replace('MACHINES', 'n1,c2')
    .replace('NODES', 'n1,n2')
    .replace('LINKS', 'n1->n2,n2->n3')
    .replace(/\bD\b/, '20s');
}

describe('the page about scenarios', () => {
  it('has an example that is one', () => {
    const [, example = ''] = PAGE.split('```\n');
    expect(parseScenario(example)).toMatchObject({ name: 'cut-and-restart', nodes: 5, minutes: 4 });
  });

  it('shows the refusal of a line as it is', () => {
    const [, , , refusal = ''] = PAGE.split('```\n');
    const refused = (): unknown => parseScenario(`${'\n'.repeat(8)}at 1s rot n9`);
    const line = refusal.trim().replace('Error: cut-and-restart.txt: ', '');
    expect(refused).toThrow(new KvError('KV_USAGE', line));
  });

  it('has every form of a fault in its table, and only those', () => {
    const forms = rowsUnder('Faults').flatMap(([some]) => some.slice(0, 2));
    const lines = forms.filter((form) => !/^[-+]/.test(form)).map(lineOf);
    const kinds = lines.map((line) => parseScenario(`at 1s ${line}`).faults[0]?.fault.kind);
    expect(new Set(kinds).size).toBe(15);
    const verbs = [...new Set(lines.map((line) => line.split(' ')[0]))];
    const refused = (): unknown => parseScenario('at 1s explode n1');
    expect(refused).toThrow(`expected a fault: ${verbs.join(', ')}`);
  });

  it('says what a scenario is that does not say', () => {
    const scenario: Record<string, unknown> = { ...parseScenario('') };
    scenario.graceMs ??= 'of the seed';
    const named: Record<string, string> = { about: 'description', grace: 'graceMs' };
    for (const [[form = ''], byDefault] of rowsUnder('Settings')) {
      const setting = form.split(' ')[0] ?? '';
      const shown = byDefault.replaceAll('`', '').replace('empty', '');
      expect(String(scenario[named[setting] ?? setting])).toBe(shown);
    }
  });

  it('lists the named scenarios with what they say of themselves', () => {
    const folder = new URL('test/scenarios/', ROOT);
    const files = readdirSync(folder).filter((file) => file.endsWith('.txt'));
    const told = files.map((file) => [
      file,
      parseScenario(readFileSync(new URL(file, folder), 'utf8')).description,
    ]);
    expect(rowsUnder('Named scenarios').map(([[file], about]) => [file, about])).toEqual(told);
  });
});
