import { Command } from '@oclif/core';

/** Says what `kv dev` cannot do yet, and succeeds: `npm start` runs it. */
export default class Dev extends Command {
  static override description = 'run a local cluster of three nodes';

  async run(): Promise<void> {
    this.log('kv dev: the local cluster is not there yet.');
    this.log('What runs today: kv version, kv help.');
    await Promise.resolve();
  }
}
