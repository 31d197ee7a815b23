import { readFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { colourPaint } from '../../../../src/cli/colour.js';
import { PLAIN_LOOK, type Look } from '../../../../src/cli/look.js';
import { renderCluster } from '../../../../src/cli/render/cluster.js';
import { planChangeLines } from '../../../../src/cli/render/plan-change.js';
import { jobRows, renderJobRows } from '../../../../src/cli/render/plan-jobs.js';
import { planFrame, planLine } from '../../../../src/cli/render/plan-progress.js';
import { renderPlan } from '../../../../src/cli/render/plan.js';
import { waitingText } from '../../../../src/cli/render/plan-words.js';
import { textWidth } from '../../../../src/cli/text-width.js';
import type { StatusView } from '../../../../src/node/core/views/status-views.js';
import { CHANGES, noPlan, report, runningPlan, stagedPlan } from '../example-plans.js';
import { exampleStatus } from '../example-views.js';

const next = ['kv cluster commit', 'kv cluster discard'];
const running = runningPlan();
const status: StatusView = {
  ...exampleStatus,
  staged: stagedPlan.staged,
  plan: running.plan,
  nodes: exampleStatus.nodes.map((node) =>
    node.name === 'n6' && node.report !== undefined
      ? { ...node, report: { ...node.report, planReport: report() } }
      : node,
  ),
};
const jobs = jobRows(running, []);

const views: Readonly<Record<string, (look: Look) => string>> = {
  'plan-none': (look) => renderPlan(noPlan, { checks: 'strict', next }, look),
  'plan-staged': (look) => renderPlan(stagedPlan, { checks: 'enabled', next }, look),
  'plan-running': (look) => renderPlan(running, { checks: 'strict', next: [] }, look),
  'plan-frame': (look) => planFrame(running, look),
  'plan-jobs': (look) => renderJobRows(jobs, [], look),
  cluster: (look) => renderCluster(status, look),
};

const names = Object.keys(views);

/** The text that was looked at and found right. */
function golden(name: string): string {
  return readFileSync(new URL(`golden/${name}.txt`, import.meta.url), 'utf8');
}

describe('the text of a plan', () => {
  it.each(names)('%s is as drawn', (name) => {
    expect(views[name]!(PLAIN_LOOK)).toBe(golden(name));
  });

  it.each(names)('%s says the same without its colours, in 80 columns', (name) => {
    const plain = stripVTControlCharacters(views[name]!({ ...PLAIN_LOOK, paint: colourPaint }));
    expect(plain).toBe(golden(name));
    expect(plain.split('\n').filter((line) => textWidth(line) > 80 || /\s$/.test(line))).toEqual(
      [],
    );
  });

  it('warns of a check that fails, unless it is asked for: then it holds the plan back', () => {
    const text = (checks: 'strict' | 'enabled'): string =>
      renderPlan(stagedPlan, { checks, next: [] }, PLAIN_LOOK);
    expect(text('enabled')).toContain('WARN  n4 is not up\n');
    expect(text('strict')).toContain('FAIL  n4 is not up\n');
  });

  it('says why it waits: paused, as its driver says, or as a node says', () => {
    const of = (...[plan, figures]: Parameters<typeof runningPlan>): string =>
      planFrame(runningPlan(plan, figures), PLAIN_LOOK);
    expect(of({ paused: true })).toContain('\npaused: kv job resume p-43\n');
    expect(of({ paused: true, pausedFor: 'n6' })).toContain(
      '\npaused: n6 joins and is down; start it, or kv job cancel p-43\n',
    );
    expect(of({ waitsFor: 'n6: too few owners' })).toContain('\nwaits for n6: too few owners\n');
    const told = of({ waitsFor: '' }, { waitsFor: 'the step to be applied by n2' });
    expect(told).toContain('\nwaits for n6: the step to be applied by n2\n');
    expect(of({ waitsFor: '' })).not.toContain('waits');
  });

  it('is one line where nothing can be painted over', () => {
    expect(planLine(running)).toBe(
      'p-43  write-both  62%  402/640 ranges  161 GiB  n6 joins, n5 leaves',
    );
    expect(planLine(runningPlan({ step: 'prepare' }, { ranges: 0, movedBytes: 0 }))).toBe(
      'p-43  prepare  n6 joins, n5 leaves',
    );
  });

  it('counts only what nodes have done of the step that the plan is in', () => {
    const lagging = report({ stepEpoch: 43, ranges: 100, rangesDone: 100 });
    const { plan, preview } = runningPlan();
    const nodes = preview.nodes.map((node) =>
      node.node === 'n1' ? { ...node, report: lagging } : node,
    );
    const line = planLine({ plan, preview: { ...preview, nodes } });
    expect(line).toContain('402/640 ranges');
  });

  it('names what waits in the words of each kind of change', () => {
    expect(waitingText(CHANGES).split(', ')).toEqual([
      'n6 waits to join',
      'n5 waits to leave',
      'n4 waits to be removed',
      'n7 waits to replace n4',
      'namespace orders waits for dc1=3,dc2=2 copies',
    ]);
  });
});

describe('the status while the ring changes', () => {
  it('says what waits, how far the plan is, and what to type', () => {
    expect(planChangeLines(status, PLAIN_LOOK)).toEqual([
      'n6 waits to join, n5 waits to leave: kv cluster plan',
      'plan p-43: write-both, 62% of ranges, waits for n6: kv job watch p-43',
    ]);
    expect(planChangeLines(exampleStatus, PLAIN_LOOK)).toEqual([]);
  });
});

describe('a list of jobs', () => {
  it('says that nothing runs, and who did not answer', () => {
    expect(renderJobRows([], [], PLAIN_LOOK)).toBe('nothing runs\n');
    const missing = [{ node: 'n2', error: { code: 'KV_UNREACHABLE', message: '' } }];
    expect(renderJobRows([], missing, PLAIN_LOOK)).toBe('nothing runs; n2 did not answer\n');
  });
});
