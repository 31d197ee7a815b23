import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KvError } from '../../../../src/node/core/errors.js';
import { formatScenario } from '../../../../src/sim/faults/format-scenario.js';
import { SCENARIO_DEFAULTS } from '../../../../src/sim/faults/scenario.js';
import { parseScenario } from '../../../../src/sim/faults/scenario-file.js';
import { scenarios } from './arbitrary-scenarios.js';

function messageOf(text: string): string {
  try {
    parseScenario(text);
  } catch (error) {
    expect(error).toBeInstanceOf(KvError);
    expect(error).toMatchObject({ code: 'KV_USAGE' });
    return error instanceof Error ? error.message : '';
  }
  return 'no error';
}

describe('a scenario file', () => {
  it('that is empty is a calm cluster of the usual size', () => {
    expect(parseScenario('')).toEqual(SCENARIO_DEFAULTS);
    expect(parseScenario('\n  # nothing goes wrong\n')).toEqual(SCENARIO_DEFAULTS);
  });

  it('has settings, comments, blank lines, and faults in any order, which are sorted by time', () => {
    const text = [
      '# a comment',
      'name two-crashes',
      'about  One node is  away,',
      'about then #2.',
      'nodes 3',
      'minutes 2.5   # short',
      'clients 0',
      '',
      'at 30s rot n2',
      'at 10s rot n1',
    ];
    const read = parseScenario(text.join('\n'));
    expect(parseScenario(text.join('\r\n'))).toEqual(read);
    expect(parseScenario(text.join('\r'))).toEqual(read);
    expect(read).toEqual({
      name: 'two-crashes',
      description: 'One node is away, then #2.',
      nodes: 3,
      minutes: 2.5,
      clients: 0,
      faults: [
        { atMs: 10_000, fault: { kind: 'rot', node: 'n1' } },
        { atMs: 30_000, fault: { kind: 'rot', node: 'n2' } },
      ],
    });
  });

  it('that was written from a scenario is read as the same scenario', () => {
    fc.assert(
      fc.property(scenarios, (scenario) => {
        const text = formatScenario(scenario);
        expect(parseScenario(text)).toEqual(scenario);
        expect(formatScenario(parseScenario(text))).toBe(text);
      }),
      { numRuns: 200 },
    );
  });

  it.each([
    ['\n\nnoise 5', 'line 3: "noise" does not fit: expected a setting (name, about, nodes,'],
    ['nodes 5\nnodes 6', 'line 2: nodes was set before: once is enough'],
    ['nodes five', 'line 1: "five" does not fit: expected a number from 1 to 100'],
    ['nodes 0', 'line 1: "0" does not fit: expected a number from 1 to 100'],
    ['clients 101', 'line 1: "101" does not fit: expected a number from 0 to 100'],
    ['minutes 0', 'line 1: "0" does not fit: expected minutes, more than 0 and at most 1440,'],
    ['minutes 1441', 'line 1: "1441" does not fit: expected minutes'],
    ['minutes', 'line 1: the line ends: expected minutes'],
    ['name Two Words', 'line 1: "Two" does not fit: expected a name of a-z, 0-9 and -'],
    ['name two words', 'line 1: "words" does not fit: expected the end of the line'],
    ['at 1s rot n1\nnodes 7', 'line 2: nodes stands below a fault: settings come first'],
    ['at soon rot n1', 'line 1: "soon" does not fit: expected a duration such as 30s, 2m or 400ms'],
    ['at 1s', 'line 1: the line ends: expected a fault: crash, restart, pause, isolate,'],
    ['at 1s explode n1', 'line 1: "explode" does not fit: expected a fault: crash,'],
    ['at 1s crash n1', 'line 1: the line ends: expected for, or kept'],
    ['at 1s crash n1 kept 5s', 'line 1: "5s" does not fit: expected for'],
    ['at 1s crash n1 for 5s twice', 'line 1: "twice" does not fit: expected the end of the line'],
    ['at 1s crash n6 for 5s', 'line 1: "n6" does not fit: expected one of n1 to n5'],
    ['at 1s crash n1,n1 for 5s', 'line 1: "n1" does not fit: expected each machine once'],
    ['at 1s crash c1 for 5s', 'line 1: "c1" does not fit: expected a node, not a client'],
    [
      'at 1s crash node2 for 5s',
      'line 1: "node2" does not fit: expected nodes such as n1 or n1,n2',
    ],
    [
      'clients 0\nat 1s pause c1 for 5s',
      'line 2: "c1" does not fit: expected a node: there are no clients',
    ],
    [
      'at 1s isolate nodes for 5s',
      'line 1: "n1,n2,n3,n4,n5" does not fit: expected at least one node less',
    ],
    ['at 1s partition n1 for 5s', 'line 1: "for" does not fit: expected | and the other side'],
    [
      'at 1s partition n1 | n1 for 5s',
      'line 1: "n1" does not fit: expected each machine on one side only',
    ],
    [
      'at 1s partition n1 | n2 | n3 for 5s one-way',
      'line 1: "one-way" does not fit: expected one-way only between two sides',
    ],
    ['at 1s clog n1 for 5s', 'line 1: "n1" does not fit: expected links such as n1->n2'],
    ['at 1s clog n1->n1 for 5s', 'line 1: "n1->n1" does not fit: expected links such as n1->n2'],
    ['at 1s clog n1->n9 for 5s', 'line 1: "n1->n9" does not fit: expected one of n1 to n5'],
    ['at 1s reset n1->c1', 'line 1: "n1->c1" does not fit: expected a node, not a client'],
    ['at 1s network for 5s', 'line 1: "for" does not fit: expected loss 5%, duplicates 1%,'],
    ['at 1s network loss 5% 3s', 'line 1: "3s" does not fit: expected loss 5%, duplicates 1%,'],
    [
      'at 1s network loss 5% loss 6% for 3s',
      'line 1: "loss" does not fit: expected each property once',
    ],
    [
      'at 1s network loss 101% for 3s',
      'line 1: "101%" does not fit: expected a share such as 5% or 0.5%',
    ],
    ['at 1s network loss 0.05 for 3s', 'line 1: "0.05" does not fit: expected a share such as'],
    [
      'at 1s network latency 10 for 3s',
      'line 1: "10" does not fit: expected a factor of 1 or more',
    ],
    [
      'at 1s network latency x0.5 for 3s',
      'line 1: "x0.5" does not fit: expected a factor of 1 or more',
    ],
    [
      'at 1s network bandwidth 1MB/s for 3s',
      'line 1: "1MB/s" does not fit: expected a bandwidth such as',
    ],
    [
      'at 1s network bandwidth 0B/s for 3s',
      'line 1: "0B/s" does not fit: expected a bandwidth such as',
    ],
    ['at 1s clock n1 +1h', 'line 1: "n1" does not fit: expected of'],
    ['at 1s clock of n1 1h', 'line 1: "1h" does not fit: expected a step with its sign,'],
    ['at 1s clock of n1 +36501d', 'line 1: "36501d" does not fit: expected at most 36500d'],
    ['at 1s drift of n1 300ppm', 'line 1: "300ppm" does not fit: expected parts per million with'],
    ['at 1s fail-disk n1 on read for 1s', 'line 1: "read" does not fit: expected write or sync'],
    ['at 1s rollback n1 30s for 1s', 'line 1: "30s" does not fit: expected by'],
    ['at 10m rot n1', 'line 1: "at 10m rot n1" is not over within the 10 minutes of the scenario'],
    [
      'at 9m59s pause n1 for 2s',
      'line 1: "at 9m59s pause n1 for 2s" is not over within the 10 minutes',
    ],
    ['every 0s from 1s to 2s rot n1', 'line 1: "0s" does not fit: expected more than no time'],
    [
      'every 1s from 3s to 2s rot n1',
      'line 1: "2s" does not fit: expected an end that is not before',
    ],
    ['every 1s to 2s rot n1', 'line 1: "to" does not fit: expected from'],
    ['every 1ms from 0s to 1m rot n1', 'line 1: there are more than 10000 faults'],
  ])(
    'that is wrong is refused with the line, the word and what was expected: %j',
    (text, message) => {
      const said = messageOf(text);
      expect(said.slice(0, message.length)).toBe(message);
      expect(said).not.toContain('\n');
    },
  );
});
