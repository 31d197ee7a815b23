import { describe, expect, it } from 'vitest';
import {
  isAtLeast,
  isAtMost,
  watchStatus,
  type StatusWatch,
} from '../../../src/cli/status-watch.js';
import { WatchText } from '../../../src/cli/watch-text.js';
import { KvError } from '../../../src/node/core/errors.js';
import type { Health, StatusView } from '../../../src/node/core/views/status-views.js';
import { exampleStatus } from './example-views.js';

const lost = new KvError('KV_UNREACHABLE', 'n1: connection refused');
const foreign = new KvError('KV_NOT_A_KV_NODE', 'n1 does not speak gRPC');

/** A watch of answers given in turn, the last of them for good, and what it said. */
function watchOf(
  answers: readonly (Health | KvError)[],
  options: Partial<StatusWatch> = {},
): { readonly watch: StatusWatch; readonly said: string[] } {
  const said: string[] = [];
  let at = 0;
  const watch: StatusWatch = {
    ask: async (): Promise<StatusView> => {
      const answer = answers[Math.min(at++, answers.length - 1)]!;
      if (answer instanceof KvError) throw answer;
      return { ...exampleStatus, health: answer };
    },
    intervalMs: 1,
    until: 'healthy',
    timeoutMs: 60_000,
    seen: async ({ health }) => void said.push(health),
    lost: async ({ code }) => void said.push(code),
    ...options,
  };
  return { watch, said };
}

const never = new AbortController().signal;

describe('waiting for a cluster to be well', () => {
  it('ends when it is', async () => {
    const { watch, said } = watchOf(['CRITICAL', 'DEGRADED', 'HEALTHY']);

    await expect(watchStatus(watch, never)).resolves.toMatchObject({ kind: 'reached' });
    expect(said).toEqual(['CRITICAL', 'DEGRADED', 'HEALTHY']);
  });

  it('goes on while nobody answers, from the first question on', async () => {
    const { watch, said } = watchOf([lost, 'DEGRADED', lost, 'HEALTHY']);

    await watchStatus(watch, never);
    expect(said).toEqual(['KV_UNREACHABLE', 'DEGRADED', 'KV_UNREACHABLE', 'HEALTHY']);
  });

  it('says what it saw last when the time is up', async () => {
    const { watch } = watchOf(['DEGRADED'], { timeoutMs: 1 });
    const end = await watchStatus(watch, never);

    expect(end).toMatchObject({ kind: 'timeout', last: { health: 'DEGRADED' } });
  });

  it('does not wait for what cannot get better', async () => {
    await expect(watchStatus(watchOf([foreign]).watch, never)).rejects.toBe(foreign);
  });
});

describe('watching without an end', () => {
  it('fails at once when not even the first question is answered', async () => {
    const { watch } = watchOf([lost], { until: undefined });

    await expect(watchStatus(watch, never)).rejects.toBe(lost);
  });

  it('survives a node that is lost later, and ends when it is told to', async () => {
    const controller = new AbortController();
    const { watch, said } = watchOf(['HEALTHY', lost, 'HEALTHY'], {
      until: undefined,
      lost: async () => {
        said.push('lost');
        controller.abort();
      },
    });

    await expect(watchStatus(watch, controller.signal)).rejects.toMatchObject({
      name: 'AbortError',
    });
    expect(said).toEqual(['HEALTHY', 'lost']);
  });
});

describe('a health', () => {
  it.each([
    ['HEALTHY', 'healthy', true],
    ['DEGRADED', 'healthy', false],
    ['DEGRADED', 'degraded', true],
    ['UNKNOWN', 'degraded', false],
  ] as const)('%s is at least %s: %s', (health, name, expected) => {
    expect(isAtLeast(health, name)).toBe(expected);
  });

  it.each([
    ['HEALTHY', 'degraded', false],
    ['DEGRADED', 'degraded', true],
    ['CRITICAL', 'degraded', true],
    ['DEGRADED', 'critical', false],
    ['UNKNOWN', 'critical', true],
  ] as const)('%s is at most %s: %s', (health, name, expected) => {
    expect(isAtMost(health, name)).toBe(expected);
  });
});

describe('snapshots', () => {
  it('follow each other with a blank line between them in a pipe', () => {
    const text = new WatchText({});

    expect(text.next('a\n') + text.next('b\n')).toBe('a\n\nb\n');
  });

  it('replace each other on a terminal, and never scroll it', () => {
    const text = new WatchText({ isTTY: true, rows: 3 });

    expect(text.next('a\nb\nc\nd\n')).toBe('\u001B[2J\u001B[Ha\u001B[K\nb\u001B[K\n\u001B[J');
    expect(text.next('e\n')).toBe('\u001B[He\u001B[K\n\u001B[J');
  });
});
