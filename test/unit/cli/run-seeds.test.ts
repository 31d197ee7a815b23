import { beforeAll, describe, expect, it, vi } from 'vitest';
import { renderCampaign } from '../../../src/cli/sim/render-campaign.js';
import { runSeeds, type Campaign } from '../../../src/cli/sim/run-seeds.js';
import { withSimHost } from '../../../src/cli/sim/sim-host.js';
import { PLAIN_LOOK } from '../../../src/cli/look.js';
import { parseScenario } from '../../../src/sim/faults/scenario-file.js';
import { WriteQuorum } from '../../../src/node/core/quorum/write-quorum.js';

const replay = {
  of: '5 nodes',
  about: '',
  command: (seed: number): string => `kv sim run --seed ${seed}`,
};

describe('a seed that breaks a rule', () => {
  let campaign: Campaign;
  const told: string[] = [];
  const shares: number[] = [];

  beforeAll(async () => {
    // A write that counts as acknowledged as soon as one replica has answered is lost by the first crash.
    const verdict = vi.spyOn(WriteQuorum.prototype, 'verdict').mockImplementation(function (
      this: WriteQuorum,
    ) {
      return this.states.includes('confirmed') ? 'acknowledged' : this.verdictOfReplies();
    });
    const { faults } = parseScenario(
      'nodes 5\nminutes 0.6\nat 12s partition n1 | n2,n3,n4,n5,c1,c2,c3 for 4s\nat 20s partition n1,n2,c1 | n3,n4,n5,c2,c3 for 15s',
    );
    const plan = {
      seeds: { from: 5, to: 6 },
      options: { nodes: 5, clients: 3, minutes: 0.6, faults },
      minimize: true,
    };
    let nowMs = 0;
    const watch = {
      nowMs: () => (nowMs += 100),
      ran: async (): Promise<void> => undefined,
      broke: async (seed: number, { rule }: { rule: string }): Promise<void> => {
        told.push(`${seed} ${rule}`);
      },
      minimizing: async (): Promise<void> => undefined,
      working: async (_: Campaign, share: number): Promise<void> => {
        shares.push(share);
      },
    };
    campaign = await withSimHost((host) => runSeeds(plan, watch, host));
    verdict.mockRestore();
  }, 120_000);

  it('is told at once, and at the end with its story, the smallest scenario and the command', () => {
    expect(told.length).toBe(campaign.totals.found);
    const [found] = campaign.found;
    expect(found?.violations[0]?.rule).toBe('acknowledged-write-lost');
    const text = renderCampaign(campaign, replay, PLAIN_LOOK);
    expect(text).toContain(`rules broken by ${campaign.totals.found} of 2 seeds`);
    expect(text).toContain(`acknowledged-write-lost at `);
    expect(text).toMatch(/story.*: what happened to \S+\n +\d+\.\d{3}s {2}/);
    expect(text).toContain('smallest scenario found');
    expect(text).toContain(`replay: kv sim run --seed ${found?.seed ?? 0}`);
  });

  it('is named by its rules when it is the only one', () => {
    const totals = { ...campaign.totals, seeds: 1, found: 1 };
    const one = { ...campaign, totals, lines: campaign.lines.slice(0, 1) };
    const text = renderCampaign(one, replay, PLAIN_LOOK);
    expect(text).toMatch(/^seed 5 {2}broken: acknowledged-write-lost.* {2}trace /);
  });

  it('says how far it is while it runs', () => {
    expect(shares.length).toBeGreaterThan(campaign.totals.seeds * 5);
    expect(Math.max(...shares)).toBeLessThan(1);
  });

  it('has a story with what clients were told, what replicas stored, and the faults', () => {
    const story = campaign.found[0]?.story.map(({ who, what }) => `${who} ${what}`).join('\n');
    expect(story).toMatch(/c\d begins put #\d+ of c\d\.\d+ at /);
    expect(story).toMatch(/c\d ends #\d+: acknowledged at /);
    expect(story).toMatch(/n\d has stored c\d\.\d+ at /);
    expect(story).toMatch(/n\d finds (nothing|c\d\.\d+ at \S+) in its own store/);
    expect(story).toMatch(/FAULT partition/);
  });

  it('is minimized to a scenario that can be read again, and is no larger', () => {
    const smallest = parseScenario(campaign.found[0]?.minimized ?? '');
    expect(smallest.faults.length).toBeLessThanOrEqual(2);
    expect(smallest.nodes).toBeLessThanOrEqual(5);
  });
});
