import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { formatStamp } from './format.js';
import { shownFacts, type State } from './state.js';

/** Saves what is shown, as facts and as text, under a name with the time in it, and returns that name; never overwrites. */
export async function saveSnapshot(
  state: State,
  text: readonly string[],
  folder: string,
): Promise<string> {
  const { tick, events, jobs } = shownFacts(state);
  const at = state.frozen?.at ?? state.now;
  const name = `kv-dashboard-${formatStamp(at.wallMs)}`;
  const document = {
    schemaVersion: 1,
    command: 'dashboard',
    viewedFrom: tick?.status.viewedFrom,
    at: new Date(at.wallMs).toISOString(),
    result: {
      view: state.view,
      status: tick?.status,
      ring: tick?.ring,
      gossip: tick?.gossip,
      topology: jobs.topology,
      repairs: [...jobs.repairs].flatMap(([, { jobs: driven }]) => driven),
      events,
    },
  };
  const options = { flag: 'wx' };
  await writeFile(join(folder, `${name}.json`), `${JSON.stringify(document, null, 2)}\n`, options);
  await writeFile(join(folder, `${name}.txt`), `${text.join('\n')}\n`, options);
  return name;
}
