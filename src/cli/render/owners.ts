import { parseVersion } from '../../node/core/version/version.js';
import { heldCopy, type OwnersView, type OwnerView } from '../../node/core/views/ring-views.js';
import { hex32, utf8DecodeStrict } from '../../stdx/bytes.js';
import { formatDuration } from '../../stdx/duration.js';
import { UNKNOWN } from '../../stdx/figures.js';
import { formatSize } from '../../stdx/size.js';
import type { Look } from '../look.js';
import { cleanText, keyArguments, showKey } from '../show-key.js';
import { renderTable, type Column } from '../table.js';
import { clipText } from '../text-width.js';
import { document, flow } from './lines.js';
import { stateRole, stateText } from './node-state.js';

const RING_SIZE = 0x1_0000_0000;

/** Which nodes hold a key, what each has of it, and whether a quorum of them can serve. */
export function renderOwners(
  view: OwnersView,
  options: { readonly offline: boolean },
  look: Look,
): string {
  const inNamespace = view.namespace === 'default' ? '' : ` -n ${view.namespace}`;
  const key = `${keyArguments(view.key)}${inNamespace}`;
  return document([
    ...headLines(view, look),
    '',
    ...renderTable(ownerColumns(view, options.offline), view.replicas, look),
    ...flow([`try: kv get ${key} --trace`, `kv ring show`], look.width, ' | '),
  ]);
}

function headLines(view: OwnersView, { width, paint }: Look): readonly string[] {
  const { namespace, key, token, range, quorum, alive, replicas } = view;
  const encoding = utf8DecodeStrict(key) === undefined ? 'binary' : 'utf8';
  const reached = alive >= quorum;
  const verdict = paint(reached ? 'ok' : 'bad', reached ? 'reachable' : 'not reachable');
  return [
    ...flow(
      [
        `key    ${clipText(showKey(key), width - 24)} (${key.length} B ${encoding})`,
        ...(namespace === 'default' ? [] : [`namespace ${cleanText(namespace)}`]),
        `token 0x${hex32(token)} (${((100 * token) / RING_SIZE).toFixed(1)}% round the ring)`,
      ],
      width,
      '    ',
    ),
    ...flow(
      [
        `range  [0x${hex32(range.start)}, 0x${hex32(range.end)})`,
        `quorum ${quorum} of ${replicas.length}: ${verdict}`,
        `view of ${view.viewedFrom}`,
      ],
      width,
    ),
  ];
}

function ownerColumns(
  { replicas, atMs }: OwnersView,
  offline: boolean,
): readonly Column<OwnerView>[] {
  const newest = newestVersion(replicas);
  const racks = new Set(replicas.map(({ rack }) => rack)).size > 1;
  const columns: readonly Column<OwnerView>[] = [
    { title: '#', cell: (one) => String(replicas.indexOf(one) + 1) },
    { title: 'ROLE', cell: ({ role }) => role, drop: 2 },
    { title: 'NODE', cell: ({ node }) => node },
    { title: 'RACK', cell: ({ rack }) => rack, drop: 3, wide: !racks },
    {
      title: 'STATE',
      cell: ({ state, forMs }) => stateText(state, forMs),
      role: ({ state }) => stateRole(state),
    },
  ];
  if (offline) return columns;
  return [
    ...columns,
    { title: 'COPY', cell: (one) => copyText(one, atMs), role: copyRole },
    { title: 'VERSION', cell: (one) => versionText(one, newest) },
    { title: 'WRITTEN', cell: writtenText, drop: 1 },
    ...(replicas.some(({ expiresAtMs }) => expiresAtMs !== undefined)
      ? [{ title: 'EXPIRES', cell: (one: OwnerView) => expiryText(one, atMs) }]
      : []),
    { title: 'FULL VERSION', cell: ({ version }) => version ?? UNKNOWN, wide: true },
    { title: 'ERROR', cell: ({ error }) => error?.message ?? UNKNOWN, wide: true },
  ];
}

function copyText(owner: OwnerView, atMs: number): string {
  const copy = heldCopy(owner, atMs);
  const { sizeBytes } = owner;
  return copy === 'present' && sizeBytes !== undefined ? formatSize(sizeBytes) : copy;
}

/** How long a copy still lives, or since when it does not. */
function expiryText({ expiresAtMs }: OwnerView, atMs: number): string {
  if (expiresAtMs === undefined) return UNKNOWN;
  const leftMs = expiresAtMs - atMs;
  return leftMs > 0 ? `in ${formatDuration(leftMs)}` : `${formatDuration(-leftMs)} ago`;
}

function copyRole({ copy }: OwnerView): 'bad' | 'warn' | undefined {
  if (copy === 'corrupt') return 'bad';
  return copy === 'unknown' ? 'warn' : undefined;
}

/** Texts of versions sort as the versions do. */
function newestVersion(replicas: readonly OwnerView[]): string | undefined {
  return replicas
    .flatMap(({ version }) => version ?? [])
    .sort()
    .at(-1);
}

/** Versions are long; what matters is whether the copies are the same. */
function versionText({ version }: OwnerView, newest: string | undefined): string {
  if (version === undefined) return UNKNOWN;
  return version === newest ? 'newest' : 'older';
}

function writtenText({ version }: OwnerView): string {
  const stamp = version === undefined ? undefined : parseVersion(version);
  if (stamp === undefined) return UNKNOWN;
  const at = new Date(stamp.ms).toISOString().replace('T', ' ');
  return stamp.logical === 0 ? at : `${at}+${stamp.logical}`;
}
