import { Command } from '@oclif/core';

/** Says what a local cluster cannot do yet, and succeeds. */
export default class Dev extends Command {
  static override readonly summary = 'run a local cluster of three nodes';

  async run(): Promise<void> {
    await this.parse(Dev);
    this.log('The local cluster is not there yet: nothing was started.');
    this.log('try: kv help');
  }
}
