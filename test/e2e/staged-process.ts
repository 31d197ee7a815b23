import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** The root of the project: where `npm` and `bin/run.js` are run. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A line that has not come after this time does not come. */
const LINE_MS = 40_000;

export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface SpawnOptions {
  /** Added to an environment that has nothing but a path and a home. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** A directory of the test: home, state and temporary files go there. */
  readonly home: string;
  readonly stdin?: string | undefined;
}

interface LineWaiter {
  readonly pattern: RegExp;
  readonly found: (line: string) => void;
  readonly ended: (error: Error) => void;
}

/** A process whose lines can be waited for, past ones too, and which ends at the latest with its test file. */
export class StagedProcess {
  readonly ended: Promise<ProcessEnd>;
  readonly #child: ChildProcess;
  readonly #lines: string[] = [];
  readonly #waiters = new Set<LineWaiter>();
  #stdout = '';
  #stderr = '';
  #end: ProcessEnd | undefined;

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.#stdout += text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#stderr += text));
    for (const stream of [child.stdout, child.stderr])
      if (stream) createInterface({ input: stream }).on('line', (line) => this.#line(line));
    this.ended = once(child, 'close').then(([code, signal]) => {
      // What `close` gives, as its documentation says.
      this.#end = { code: code as number | null, signal: signal as NodeJS.Signals | null };
      for (const waiter of this.#waiters) waiter.ended(this.#missing(waiter.pattern));
      return this.#end;
    });
  }

  /** Starts `kv` from the built program. */
  static kv(args: readonly string[], options: SpawnOptions): StagedProcess {
    return StagedProcess.run([process.execPath, `${ROOT}/bin/run.js`, ...args], options);
  }

  /** Starts any program in the root of the project. */
  static run([program = '', ...args]: readonly string[], options: SpawnOptions): StagedProcess {
    const { home, env, stdin } = options;
    const stdio: StdioOptions = [stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'];
    const bare = { PATH: process.env['PATH'], HOME: home, XDG_STATE_HOME: home, TMPDIR: home };
    const child = spawn(program, args, { cwd: ROOT, stdio, env: { ...bare, ...env } });
    if (stdin !== undefined) child.stdin?.end(stdin);
    return new StagedProcess(child);
  }

  get pid(): number {
    const { pid } = this.#child;
    if (pid === undefined) throw new Error('the process was not started');
    return pid;
  }

  get running(): boolean {
    return this.#end === undefined;
  }

  get stdout(): string {
    return this.#stdout;
  }

  get stderr(): string {
    return this.#stderr;
  }

  /** The first line of output that matches, already said or still to come; fails when the process ends without it. */
  async line(pattern: RegExp): Promise<string> {
    const said = this.#lines.find((line) => pattern.test(line));
    if (said !== undefined) return said;
    if (!this.running) throw this.#missing(pattern);
    return await new Promise((resolve, reject) => {
      const waiter = { pattern, found: resolve, ended: reject };
      this.#waiters.add(waiter);
      setTimeout(() => {
        if (this.#waiters.delete(waiter)) reject(this.#missing(pattern));
      }, LINE_MS).unref();
    });
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Ends it, if it runs, without asking it. */
  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.ended;
  }

  #line(line: string): void {
    this.#lines.push(line);
    for (const waiter of this.#waiters) {
      if (!waiter.pattern.test(line)) continue;
      this.#waiters.delete(waiter);
      waiter.found(line);
    }
  }

  #missing(pattern: RegExp): Error {
    const { code, signal } = this.#end ?? { code: 'runs', signal: null };
    const last = this.#lines.slice(-10).join('\n');
    return new Error(`it (${String(code ?? signal)}) did not say ${String(pattern)}:\n${last}`);
  }
}

/** True while a process with this id exists. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
