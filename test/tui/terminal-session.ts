import { fileURLToPath } from 'node:url';
import { spawn, type IPty } from '@lydell/node-pty';
import headless from '@xterm/headless';

const root = fileURLToPath(new URL('../..', import.meta.url));
const PATIENCE_MS = 60_000;

/** A shell in a real terminal, that has said something and then runs a command. */
export class TerminalSession {
  readonly #pty: IPty;
  readonly #terminal = new headless.Terminal({ cols: 80, rows: 24, allowProposedApi: true });
  #output = '';
  #drawn: () => void = () => undefined;

  constructor(command: string) {
    // It waits at the end: what a shell prints last may be lost when it ends.
    const script = `echo before; ${command}; echo "exit=$?"; stty -a; echo END; read -r _`;
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
