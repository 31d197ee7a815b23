import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StagedProcess, type ProcessEnd, type SpawnOptions } from './staged-process.js';

/** What a command that has ended said. */
export interface CommandEnd extends ProcessEnd {
  readonly stdout: string;
  readonly stderr: string;
}

/** The processes and files of one test file: `clear` leaves none of them. */
export class Stage {
  readonly dir = mkdtempSync(join(tmpdir(), 'kv-e2e-'));
  readonly #processes: StagedProcess[] = [];

  /** Starts `kv` and keeps it. */
  kv(args: readonly string[], options: Omit<SpawnOptions, 'home'> = {}): StagedProcess {
    return this.#keep(StagedProcess.kv(args, { ...options, home: this.dir }));
  }

  /** Starts any program and keeps it. */
  run(command: readonly string[], options: Omit<SpawnOptions, 'home'> = {}): StagedProcess {
    return this.#keep(StagedProcess.run(command, { ...options, home: this.dir }));
  }

  /** Runs `kv` to its end. */
  async command(
    args: readonly string[],
    options: Omit<SpawnOptions, 'home'> = {},
  ): Promise<CommandEnd> {
    const process = this.kv(args, options);
    const end = await process.ended;
    return { ...end, stdout: process.stdout, stderr: process.stderr };
  }

  /** Runs `kv ... --json` to its end, and gives its document. */
  async json(args: readonly string[]): Promise<JsonEnd> {
    const end = await this.command([...args, '--json']);
    // Every command prints this envelope; each test looks at what it needs of it.
    return { ...end, document: JSON.parse(end.stdout) as JsonEnd['document'] };
  }

  /** Ends all processes, and deletes all files. */
  async clear(): Promise<void> {
    await Promise.all(this.#processes.map((process) => process.kill()));
    rmSync(this.dir, { recursive: true, force: true });
  }

  #keep(process: StagedProcess): StagedProcess {
    this.#processes.push(process);
    return process;
  }
}

/** A command with its JSON document. */
export interface JsonEnd extends CommandEnd {
  readonly document: {
    readonly schemaVersion: number;
    readonly command: string;
    readonly result?: unknown;
    readonly error?: { readonly code: string; readonly exit: number; readonly message: string };
  };
}
