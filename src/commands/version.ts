import { Command } from '@oclif/core';

/** Prints the version of this program, of Node and of the platform. */
export default class Version extends Command {
  static override description = 'show the version of this program';
  static override enableJsonFlag = true;

  async run(): Promise<{ version: string }> {
    this.log(this.config.version);
    return await Promise.resolve({ version: this.config.version });
  }
}
