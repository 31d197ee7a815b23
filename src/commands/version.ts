import { Command, Flags } from '@oclif/core';

const formats = ['table', 'wide', 'json', 'ndjson'] as const;

/** Prints the version of this program and of what it runs on; asks no node. */
export default class Version extends Command {
  static override readonly summary = 'show the version of this program';

  static override readonly examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --json',
  ];

  static override readonly flags = {
    output: Flags.option({
      char: 'o',
      default: 'table',
      description: 'how to print the answer',
      helpGroup: 'OUTPUT',
      options: formats,
    })(),
    json: Flags.boolean({ description: 'the same as -o json', helpGroup: 'OUTPUT' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Version);
    const { bin, version } = this.config;
    const { arch, platform, version: node } = process;
    const result = { version, node: node.slice(1), platform, arch };

    if (flags.json || flags.output === 'json' || flags.output === 'ndjson') {
      const envelope = {
        schemaVersion: 1,
        command: 'version',
        at: new Date().toISOString(),
        result,
      };
      this.log(JSON.stringify(envelope, null, flags.output === 'ndjson' ? 0 : 2));
    } else {
      this.log(`${bin} ${version} (node ${result.node}, ${platform}-${arch})`);
    }
  }
}
