import { fileURLToPath } from 'node:url';
import { spawn, type IPty } from '@lydell/node-pty';
import headless from '@xterm/headless';
import { describe, expect, it, onTestFinished } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const PATIENCE_MS = 60_000;

/** A shell in a real terminal, that has said something and then starts the dashboard. */
class Session {
  readonly #pty: IPty;
  readonly #terminal = new headless.Terminal({ cols: 80, rows: 24, allowProposedApi: true });
  #output = '';
  #drawn: () => void = () => undefined;

  constructor() {
    // It waits at the end: what a shell prints last may be lost when it ends.
    const script =
      'echo before; node --import tsx test/tui/dashboard-process.ts; echo "exit=$?"; stty -a; echo END; read -r _';
    this.#pty = spawn('bash', ['--norc', '-c', script], {
      name: 'xterm-256color',
      cols: 80,
      rows: 24,
      cwd: root,
      env: { ...process.env, LC_ALL: 'C.UTF-8', FORCE_COLOR: '1' },
    });
    this.#pty.onData((data) => {
      this.#output += data;
      this.#terminal.write(data, () => this.#drawn());
    });
  }

  get output(): string {
    return this.#output;
  }

  get isAlternate(): boolean {
    return this.#terminal.buffer.active.type === 'alternate';
  }

  screen(): string {
    const { active } = this.#terminal.buffer;
    return Array.from({ length: active.length }, (_, row) =>
      (active.getLine(row)?.translateToString(true) ?? '').trimEnd(),
    ).join('\n');
  }

  async see(wanted: string | RegExp): Promise<string> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`never saw ${String(wanted)}:\n${this.screen()}`)),
        PATIENCE_MS,
      );
      this.#drawn = () => {
        const screen = this.screen();
        if (!(typeof wanted === 'string' ? screen.includes(wanted) : wanted.test(screen))) return;
        clearTimeout(timer);
        this.#drawn = () => undefined;
        resolve(screen);
      };
      this.#drawn();
    });
  }

  type(keys: string): void {
    this.#pty.write(keys);
  }

  resize(columns: number, rows: number): void {
    this.#terminal.resize(columns, rows);
    this.#pty.resize(columns, rows);
  }

  end(): void {
    this.#pty.kill('SIGKILL');
  }
}

function open(): Session {
  const session = new Session();
  onTestFinished(() => session.end());
  return session;
}

/** After the dashboard: the old screen, a cursor, wrapping lines, and a terminal that echoes and edits. */
function expectAsItWas(session: Session, screen: string): void {
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
