import { Flags } from '@oclif/core';
import { KvError } from '../../node/core/errors.js';
import { BaseCommand } from '../base-command.js';
import { renderTable, type Column } from '../table.js';
import type { Look } from '../look.js';
import { askControl, type ControlRequest } from './control-socket.js';
import { devDir, devPaths } from './dev-dir.js';
import { readDevState, type DevNode, type DevState } from './dev-state.js';

/** Where the local cluster is. */
export const DIR_FLAG = {
  dir: Flags.string({
    helpValue: 'DIR',
    summary: 'directory of the local cluster [default: $XDG_STATE_HOME/kv/dev]',
  }),
};

/** How a local cluster is begun. */
export const UP_FLAGS = {
  ...DIR_FLAG,
  nodes: Flags.integer({
    char: 'n',
    min: 1,
    max: 50,
    helpValue: 'N',
    summary: 'how many nodes; without it as many as there were, or 3',
  }),
  fresh: Flags.boolean({ summary: 'delete the data of an earlier run first' }),
};

const COLUMNS: readonly Column<DevNode>[] = [
  { title: 'NODE', cell: (node) => node.name },
  { title: 'STATE', cell: (node) => node.state, role: (node) => roleOf(node) },
  { title: 'PID', align: 'right', cell: (node) => String(node.pid ?? '-') },
  { title: 'CLIENTS', cell: (node) => node.listen },
  { title: 'PEERS', cell: (node) => node.peer },
  { title: 'HTTP', cell: (node) => node.http },
];

function roleOf({ state }: DevNode): 'ok' | 'warn' | 'bad' {
  if (state === 'running') return 'ok';
  return state === 'killed' || state === 'exited' ? 'bad' : 'warn';
}

/** A command about the local cluster of a directory. */
export abstract class DevCommand extends BaseCommand {
  /** Asks the supervisor that runs. @throws KvError KV_UNREACHABLE when none does */
  protected async ask(dirFlag: string | undefined, request: ControlRequest): Promise<DevState> {
    const { dir, socket } = devPaths(devDir(dirFlag, process.env));
    const state = await askControl(socket, request);
    if (state !== undefined) return state;
    throw new KvError('KV_UNREACHABLE', `no local cluster runs in ${dir}`, {
      hints: ['kv dev up', 'npm start'],
    });
  }

  /** The state of a cluster that may not run: its nodes are then stopped. */
  protected recorded(dirFlag: string | undefined): DevState {
    const { dir, stateFile } = devPaths(devDir(dirFlag, process.env));
    const nodes = readDevState(stateFile)?.nodes ?? [];
    return {
      version: 1,
      dir,
      pid: 0,
      mode: 'background',
      nodes: nodes.map((node) => ({ ...node, pid: undefined, state: 'stopped' })),
    };
  }

  protected async printState(state: DevState): Promise<void> {
    const { dir, nodes } = state;
    await this.print({
      result: { dir, running: state.pid !== 0, nodes: nodes.map(withPid) },
      text: (look) => `${[...lines(state, look)].join('\n')}\n`,
    });
  }
}

/** A node without a process has `"pid": null`, so that the key is always there. */
function withPid(node: DevNode): object {
  return { ...node, pid: node.pid ?? null };
}

function* lines({ dir, pid, mode, nodes }: DevState, look: Look): Iterable<string> {
  yield pid === 0
    ? `local cluster in ${dir}: not running`
    : `local cluster in ${dir}: process ${pid}, ${mode}`;
  if (nodes.length > 0) yield* renderTable(COLUMNS, nodes, look);
  const usual = dir === devDir(undefined, process.env);
  const at = usual ? '' : ` --dir ${dir}`;
  const endpoint = usual ? '' : ` -e ${nodes.find((node) => node.pid !== undefined)?.listen ?? ''}`;
  if (pid === 0) yield `try: kv dev up${at}`;
  else yield `try: kv status${endpoint} | kv dashboard${endpoint} | kv dev down${at}`;
}
