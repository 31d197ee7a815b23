import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * Writes src/generated from every file under proto/, byte for byte the same on every machine.
 *
 * The code is written beside the old one and replaces it whole: a message that is gone leaves no file,
 * and a proto file with an error leaves everything as it was.
 */
const cwd = fileURLToPath(new URL('..', import.meta.url));
process.chdir(cwd);

const protos = existsSync('proto')
  ? readdirSync('proto', { recursive: true })
      .map((path) => path.replaceAll('\\', '/'))
      .filter((path) => path.endsWith('.proto'))
      .sort()
  : [];
if (protos.length === 0) {
  console.log('gen:proto: no file under proto/, nothing to write');
  process.exit(0);
}

const options = [
  'outputServices=grpc-js',
  'forceLong=number',
  'oneof=unions-value',
  'importSuffix=.js',
  'esModuleInterop=true',
  'outputJsonMethods=false',
  'outputPartialMethods=false',
  'enumsAsLiterals=true',
  'useReadonlyTypes=true',
].join(',');

const fresh = '.cache/generated';
rmSync(fresh, { recursive: true, force: true });
mkdirSync(fresh, { recursive: true });

const { status, error } = spawnSync(
  process.execPath,
  [
    fileURLToPath(import.meta.resolve('protoc/protoc.cjs')),
    `--plugin=protoc-gen-ts_proto=${fileURLToPath(import.meta.resolve('ts-proto/protoc-gen-ts_proto'))}`,
    `--ts_proto_out=${fresh}`,
    `--ts_proto_opt=${options}`,
    '--proto_path=proto',
    '--proto_path=node_modules/protoc/include',
    ...protos,
  ],
  { stdio: 'inherit' },
);
if (error) throw error;
if (status !== 0) process.exit(status ?? 1);

rmSync('src/generated', { recursive: true, force: true });
renameSync(fresh, 'src/generated');
