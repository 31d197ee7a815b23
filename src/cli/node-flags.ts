import { Flags, type Interfaces } from '@oclif/core';
import {
  gatherSettings,
  NODE_SETTINGS,
  variableOf,
  type RawSettings,
} from '../node/io/config/node-settings.js';

/** A flag for every setting of a node, with its variable and default in the help. */
export function nodeFlags(): Interfaces.FlagInput {
  const flags: Interfaces.FlagInput = {};
  for (const setting of NODE_SETTINGS) {
    const fallback = 'fallback' in setting ? ` [default: ${setting.fallback}]` : '';
    // The variable is read with the file, so that one place knows which of the three wins.
    const summary = `${setting.help}${fallback} [env: ${variableOf(setting.name)}]`;
    flags[setting.name] =
      setting.value === 'boolean'
        ? Flags.boolean({ summary, helpGroup: 'NODE' })
        : Flags.string({ summary, helpGroup: 'NODE', helpValue: setting.placeholder });
  }
  return flags;
}

/** The settings of a node from parsed flags, the environment and the file. @throws KvError KV_CONFIG_INVALID */
export function settingsOf(
  flags: Readonly<Record<string, unknown>>,
  env: Readonly<Record<string, string | undefined>>,
): RawSettings {
  const given = NODE_SETTINGS.flatMap(({ name }) => {
    const value = flags[name];
    return typeof value === 'string' || value === true ? [[name, String(value)] as const] : [];
  });
  const file = typeof flags['config'] === 'string' ? flags['config'] : undefined;
  return gatherSettings({ flags: Object.fromEntries(given), env, file });
}
