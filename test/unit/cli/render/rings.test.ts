import { readFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { colourPaint } from '../../../../src/cli/colour.js';
import { PLAIN_LOOK, type Look } from '../../../../src/cli/look.js';
import { renderBalance } from '../../../../src/cli/render/ring-balance.js';
import { renderDiff } from '../../../../src/cli/render/ring-diff.js';
import { renderRanges } from '../../../../src/cli/render/ring-ranges.js';
import { renderSimulation } from '../../../../src/cli/render/ring-simulate.js';
import { renderRing } from '../../../../src/cli/render/ring.js';
import { balanceView } from '../../../../src/cli/ring/balance-view.js';
import { diffView } from '../../../../src/cli/ring/diff-view.js';
import { rangesView } from '../../../../src/cli/ring/ranges-view.js';
import { ringPicture, type RingAnswers } from '../../../../src/cli/ring/ring-picture.js';
import { plannedRing } from '../../../../src/cli/ring/show-view.js';
import { simulateView, type Trial } from '../../../../src/cli/ring/simulate-view.js';
import { textWidth } from '../../../../src/cli/text-width.js';
import {
  FEWER,
  JOIN,
  LEAVE,
  plannedAnswers,
  REPLACE,
  ringAnswers,
  stagedAnswers,
} from '../example-ring.js';
import { exampleRing } from '../example-views.js';

type Query = Partial<Parameters<typeof rangesView>[1]>;

function ranges(answers: RingAnswers, query: Query, look: Look): string {
  const { moving = false } = query;
  const whole = { node: undefined, namespace: undefined, ...query, moving };
  return renderRanges(rangesView(ringPicture(answers), whole), { moving }, look);
}

function balance(answers: RingAnswers, look: Look): string {
  return renderBalance(balanceView(ringPicture(answers), undefined), look);
}

function diff(answers: RingAnswers, namespace: string | undefined, look: Look): string {
  return renderDiff(diffView(ringPicture(answers), namespace), look);
}

function simulation(answers: RingAnswers, trial: Partial<Trial>, look: Look): string {
  const whole: Trial = {
    ...{ add: { count: 0, dc: undefined, racks: [] }, remove: [] },
    ...{ vnodes: undefined, namespace: undefined },
    ...trial,
  };
  return renderSimulation(simulateView(ringPicture(answers), whole), look);
}

function shown(answers: RingAnswers, all: boolean, look: Look): string {
  const picture = ringPicture(answers);
  const some = [{ start: 0, end: 4096, replicas: ['n1', 'n2', 'n3'] }];
  const ring = { ...exampleRing, ranges: all ? some : [] };
  return renderRing(ring, look, plannedRing(picture, ring));
}

const TWO = { count: 2, dc: undefined, racks: [] };
const both = plannedAnswers(JOIN, LEAVE);
const views: Readonly<Record<string, (look: Look) => string>> = {
  'ring-ranges': (look) => ranges(ringAnswers, {}, look),
  'ring-ranges-node': (look) => ranges(ringAnswers, { node: 'n2' }, look),
  'ring-ranges-node-planned': (look) => ranges(both, { node: 'n2' }, look),
  'ring-ranges-moving': (look) => ranges(both, { moving: true }, look),
  'ring-ranges-moving-nothing': (look) => ranges(ringAnswers, { moving: true }, look),
  'ring-ranges-joining': (look) => ranges(ringAnswers, { node: 'n6' }, look),
  'ring-balance': (look) => balance(ringAnswers, look),
  'ring-balance-planned': (look) => balance(both, look),
  'ring-diff': (look) => diff(both, undefined, look),
  'ring-diff-staged': (look) => diff(stagedAnswers(JOIN), undefined, look),
  'ring-diff-replace': (look) => diff(plannedAnswers(REPLACE), undefined, look),
  'ring-diff-nothing': (look) => diff(ringAnswers, undefined, look),
  'ring-diff-fewer': (look) => diff(stagedAnswers(FEWER), 'orders', look),
  'ring-diff-other': (look) => diff(stagedAnswers(FEWER), undefined, look),
  'ring-simulate': (look) => simulation(ringAnswers, { add: TWO, remove: ['n4'] }, look),
  'ring-simulate-fewer': (look) => simulation(ringAnswers, { remove: ['n1', 'n2', 'n3'] }, look),
  'ring-simulate-planned': (look) => simulation(both, { add: { ...TWO, count: 1 } }, look),
  'ring-show-planned': (look) => shown(both, false, look),
  'ring-show-staged': (look) => shown(stagedAnswers(JOIN, LEAVE), false, look),
  'ring-show-all-planned': (look) => shown(both, true, look),
};

const names = Object.keys(views);

/** The text that was looked at and found right. */
function golden(name: string): string {
  return readFileSync(new URL(`golden/${name}.txt`, import.meta.url), 'utf8');
}

describe('the text about a ring', () => {
  it.each(names)('%s is as drawn', (name) => {
    expect(views[name]!(PLAIN_LOOK)).toBe(golden(name));
  });

  it.each(names)('%s says the same without its colours', (name) => {
    const coloured = views[name]!({ ...PLAIN_LOOK, paint: colourPaint });

    expect(stripVTControlCharacters(coloured)).toBe(golden(name));
  });

  it.each(names.flatMap((name) => [80, 100, 132].map((width) => [name, width] as const)))(
    '%s keeps to %i columns',
    (name, width) => {
      const lines = views[name]!({ ...PLAIN_LOOK, width }).split('\n');

      expect(lines.filter((line) => textWidth(line) > width)).toEqual([]);
    },
  );

  it.each(names)('%s has no blanks at the end of a line', (name) => {
    const lines = views[name]!(PLAIN_LOOK).split('\n');

    expect(lines.filter((line) => /\s$/.test(line))).toEqual([]);
  });

  it('has the next owners and the data centre where it may be wide', () => {
    const wide = { ...PLAIN_LOOK, wide: true };

    expect(ranges(both, { node: 'n2' }, wide)).toContain('NEXT OWNERS');
    expect(balance(both, wide)).toMatch(/PRIMARY AFTER.*LOAD/);
    expect(balance(both, wide)).toContain(' dc1 ');
  });
});
