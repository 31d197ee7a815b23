import { describe, expect, it, onTestFinished } from 'vitest';
import { TerminalSession } from './terminal-session.js';

function open(): TerminalSession {
  const session = new TerminalSession('node --import tsx test/tui/dashboard-process.ts');
  onTestFinished(() => session.end());
  return session;
}

/** After the dashboard: the old screen, a cursor, wrapping lines, and a terminal that echoes and edits. */
function expectAsItWas(session: TerminalSession, screen: string): void {
  expect(session.isAlternate).toBe(false);
  expect(screen).toMatch(/^before\n/);
  expect(session.output.lastIndexOf('\x1b[?25h')).toBeGreaterThan(
    session.output.lastIndexOf('\x1b[?25l'),
  );
  expect(session.output.lastIndexOf('\x1b[?7h')).toBeGreaterThan(
    session.output.lastIndexOf('\x1b[?7l'),
  );
  expect(screen).toMatch(/(^|\s)icanon/m);
  expect(screen).toMatch(/(^|\s)echo\s/m);
}

describe('a real terminal', { timeout: 120_000 }, () => {
  it('sees a node lost and replaced, is resized, and is as it was after q', async () => {
    const session = open();
    await session.see('4 up, 1 down, 1 joining');
    expect(session.isAlternate).toBe(true);
    session.type('3');
    await session.see('view of n1');
    session.type('K');
    await session.see('view of n2');
    session.resize(120, 40);
    await session.see(/│ state +up/);
    session.resize(20, 5);
    await session.see('have 20x5');
    session.resize(80, 24);
    await session.see('view of n2');
    session.type('q');
    const screen = await session.see('END');
    expect(screen).toContain('left the dashboard\nexit=0');
    expectAsItWas(session, screen);
  });

  it('is as it was after SIGTERM, and the process ends by it', async () => {
    const session = open();
    await session.see('4 up, 1 down, 1 joining');
    session.type('T');
    const screen = await session.see('END');
    expect(screen).toContain('exit=143');
    expectAsItWas(session, screen);
  });

  it('is as it was after a crash, and shows the error where it can be read', async () => {
    const session = open();
    await session.see('4 up, 1 down, 1 joining');
    session.type('X');
    const screen = await session.see('END');
    expect(screen).toContain('Error: a defect, thrown on purpose');
    expect(screen).toContain('exit=1');
    expectAsItWas(session, screen);
  });
});
