import { BaseCommand } from '../cli/base-command.js';

/** Prints the version of this program and of what it runs on; asks no node. */
export default class Version extends BaseCommand {
  static override readonly summary = 'show the version of this program';

  static override readonly examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --json',
  ];

  async run(): Promise<void> {
    await this.parse(Version);
    const { bin, version } = this.config;
    const { arch, platform } = process;
    const node = process.version.slice(1);
    await this.print({
      result: { version, node, platform, arch },
      text: () => `${bin} ${version} (node ${node}, ${platform}-${arch})\n`,
    });
  }
}
