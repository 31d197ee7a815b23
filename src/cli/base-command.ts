import type { Interfaces } from '@oclif/core';
import { Command, Errors } from '@oclif/core';
import { KvError } from '../node/core/errors.js';
import {
  colourPaint,
  plainPaint,
  showsUnicode,
  wantsColour,
  type ColourChoice,
  type Paint,
} from './colour.js';
import { earlyFlags } from './early-flags.js';
import { errorEnvelope, successEnvelope, type Facts } from './envelope.js';
import { errorText } from './error-text.js';
import { EXIT, failureOf, Interrupted, type Failure } from './exit-codes.js';
import { OUTPUT_FLAGS, type OutputFormat } from './flags.js';
import type { Look } from './look.js';
import { Output, ReaderGone } from './output.js';
import { cleanText } from './show-key.js';
import { usageError } from './usage-error.js';

/** What a command found out, and how it is put in words. */
export interface Answer extends Facts {
  /** The same facts as `result`, for people; bytes are written as they are. */
  readonly text: (look: Look) => string | Uint8Array;
  /** The exit code, when it is not 0. */
  readonly exit?: number | undefined;
}

interface OutputChoice {
  readonly format: OutputFormat;
  readonly colour: ColourChoice;
  readonly header: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
}

type ParsedOutputFlags = Partial<Interfaces.InferredFlags<typeof OUTPUT_FLAGS>>;

/**
 * The one place that knows how a command ends: text or JSON on standard output, everything else on standard error, errors as a
 * coded line with what to do next, and the exit code of their code. oclif's own JSON and error printing are not used.
 */
export abstract class BaseCommand extends Command {
  static override baseFlags = OUTPUT_FLAGS;

  /** True for commands that change data: their errors say whether they took effect. */
  protected readonly writes: boolean = false;
  protected readonly output = new Output(process.stdout, process.stderr);
  #choice: OutputChoice = {
    ...earlyFlags(this.argv),
    header: true,
    quiet: false,
    verbose: false,
  };

  /** True when the answer is a document for programs. */
  protected get wantsJson(): boolean {
    return this.#choice.format === 'json' || this.#choice.format === 'ndjson';
  }

  protected get format(): OutputFormat {
    return this.#choice.format;
  }

  protected get quiet(): boolean {
    return this.#choice.quiet;
  }

  protected get verbose(): boolean {
    return this.#choice.verbose;
  }

  /** The name as it is typed: `ring owners`. */
  protected get commandName(): string {
    return (this.id ?? '').replaceAll(':', ' ');
  }

  /** How text on standard output is to look. */
  protected get look(): Look {
    const { stdout } = process;
    const wide = this.#choice.format === 'wide';
    return {
      width: stdout.isTTY ? Math.max(40, stdout.columns || 80) : 80,
      wide,
      header: this.#choice.header,
      unicode: showsUnicode(stdout, process.env),
      paint: this.#paint(stdout),
    };
  }

  /** How text on standard error is to look. */
  protected get noteLook(): Look {
    const { stderr } = process;
    return {
      width: stderr.isTTY ? Math.max(40, stderr.columns || 80) : 80,
      wide: false,
      header: true,
      unicode: showsUnicode(stderr, process.env),
      paint: this.#paint(stderr),
    };
  }

  protected override async parse<
    F extends Interfaces.OutputFlags<Interfaces.FlagInput>,
    B extends Interfaces.OutputFlags<Interfaces.FlagInput>,
    A extends Interfaces.OutputArgs<Interfaces.ArgInput>,
  >(
    options?: Interfaces.Input<F, B, A>,
    argv?: string[],
  ): Promise<Interfaces.ParserOutput<F, B, A>> {
    const parsed = await super.parse<F, B, A>(options, argv);
    // Every command has the base flags; the type of `options` cannot say so.
    const flags = parsed.flags as ParsedOutputFlags;
    this.#choice = {
      format: flags.json === true ? 'json' : (flags.output ?? 'table'),
      colour: flags['no-color'] === true ? 'never' : (flags.color ?? 'auto'),
      header: flags['no-header'] !== true,
      quiet: flags.quiet === true,
      verbose: flags.verbose === true,
    };
    return parsed;
  }

  /** Prints the answer in the format asked for, its warnings, and settles the exit code. */
  protected async print(answer: Answer): Promise<void> {
    if (answer.exit !== undefined) process.exitCode = answer.exit;
    if (this.wantsJson) {
      await this.#printJson(successEnvelope(this.commandName, answer, Date.now()));
      return;
    }
    for (const { message } of answer.warnings ?? [])
      await this.note(`${this.#paint(process.stderr)('warn', 'warning:')} ${cleanText(message)}`);
    await this.output.data(answer.text(this.look));
  }

  /** A line on standard error; not with -q. */
  protected async note(text: string): Promise<void> {
    if (!this.#choice.quiet) await this.output.note(`${text}\n`);
  }

  /** What is to be said and which exit code follows, for anything that was thrown. */
  protected failureOf(thrown: unknown): Failure {
    const accepts = {
      command: this.commandName,
      flags: { ...this.ctor.baseFlags, ...this.ctor.flags },
    };
    const failure = failureOf(usageError(thrown, accepts) ?? thrown);
    const { error } = failure;
    if (error.code !== 'KV_USAGE' || error.hints.length > 0) return failure;
    const hints = [`kv help ${this.commandName}`];
    return { ...failure, error: new KvError('KV_USAGE', error.message, { hints, cause: error }) };
  }

  /** Prints an error: one line and its details on standard error, for programs also a document on standard output. */
  protected async printFailure(failure: Failure): Promise<void> {
    if (this.wantsJson) {
      await this.#printJson(errorEnvelope(this.commandName, failure, Date.now()));
      await this.output.note(`Error: ${firstLine(failure.error)}\n`);
      return;
    }
    const debug = Boolean(process.env['KV_DEBUG']);
    await this.output.note(
      errorText(failure.error, { ...this.noteLook, writes: this.writes, debug }),
    );
  }

  protected override async catch(thrown: Error): Promise<void> {
    // `this.exit(n)` is no error; oclif sets the code.
    if (thrown instanceof Errors.ExitError) throw thrown;
    process.exitCode = await this.#end(thrown);
  }

  async #end(thrown: Error): Promise<number> {
    if (thrown instanceof ReaderGone) return EXIT.done;
    if (thrown instanceof Interrupted) {
      const outcome = thrown.outcome ?? (this.writes ? 'the write may have taken effect' : '');
      if (outcome !== '') await this.note(`interrupted: ${outcome}`);
      return EXIT.interrupted;
    }
    const failure = this.failureOf(thrown);
    try {
      await this.printFailure(failure);
    } catch (error) {
      if (!(error instanceof ReaderGone)) throw error;
    }
    return failure.exit;
  }

  async #printJson(document: object): Promise<void> {
    const indent = this.#choice.format === 'ndjson' ? 0 : 2;
    await this.output.data(`${JSON.stringify(document, shortNumbers, indent)}\n`);
  }

  #paint(stream: NodeJS.WriteStream): Paint {
    return wantsColour(this.#choice.colour, stream, process.env) ? colourPaint : plainPaint;
  }
}

/** Nobody wants the femtoseconds that subtracting two times leaves behind. */
function shortNumbers(_name: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toFixed(6)) : value;
}

function firstLine(error: KvError): string {
  return cleanText(error.message.split('\n')[0] ?? '');
}
