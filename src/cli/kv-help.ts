import { Errors, Help, type Interfaces } from '@oclif/core';

/** oclif's help, with usage lines that name the arguments alone, and of an unknown command what running it says. */
export class KvHelp extends Help {
  constructor(config: Interfaces.Config, options: Partial<Interfaces.HelpOptions> = {}) {
    super(config, { ...options, docopts: false });
  }

  override async showHelp(argv: string[]): Promise<void> {
    try {
      await super.showHelp(argv);
    } catch (error) {
      const id = unknownId(error);
      if (id === undefined) throw error;
      await this.config.runHook('command_not_found', { id, argv });
    }
  }
}

function unknownId(error: unknown): string | undefined {
  if (!(error instanceof Errors.CLIError)) return undefined;
  return /^Command (\S+) not found\.$/.exec(error.message)?.[1];
}
