import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ESLint } from 'eslint';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

describe('lint rules', () => {
  const eslint = new ESLint({ cwd: root });
  const lint = async (filePath: string, text: string) => {
    const [result] = await eslint.lintText(text, { filePath: join(root, filePath) });
    return (result?.messages ?? []).map(({ line, ruleId }) => `${line} ${ruleId ?? 'parser'}`);
  };

  it('keep time, chance and the process out of the deterministic layers', async () => {
    const lines = [
      'Date.now()',
      'Math.random()',
      'Math.exp(1)',
      'Math.log(2)',
      'Math.pow(2, 0.5)',
      'setTimeout(() => 1, 1)',
      'setInterval(() => 1, 1)',
      'setImmediate(() => 1)',
      'performance.now()',
      'process.pid',
      'Buffer.from([1])',
      'crypto.randomUUID()',
      'AbortSignal.timeout(1)',
      'Atomics.waitAsync(new Int32Array(1), 0, 0)',
      'new WeakRef({})',
      'new FinalizationRegistry(() => undefined)',
      'new Intl.Collator()',
      "'a'.localeCompare('b')",
      '(1).toLocaleString()',
      "'I'.toLocaleLowerCase()",
      'navigator.hardwareConcurrency',
      'new MessageChannel()',
      'new BroadcastChannel("a")',
      'eval("1")',
      'new Function("return 1")',
      'import.meta.url',
    ];
    const text = lines.map((line, at) => `export const a${at} = ${line};\n`).join('');
    const found = await lint('src/stdx/assert.ts', text);
    const caught = found.filter((line) => line.includes('no-restricted'));

    expect(new Set(caught.map((line) => Number(line.split(' ')[0])))).toEqual(
      new Set(lines.map((_, at) => at + 1)),
    );
  });

  it('leave alone what comes out the same every time', async () => {
    const lines = [
      'queueMicrotask(() => undefined);',
      'export const first = Promise.race([Promise.resolve(1), Promise.resolve(2)]);',
      'export const one = Promise.any([Promise.resolve(1), Promise.resolve(2)]);',
      'export const copy = structuredClone({ a: 1 });',
      "export const names = ['b', 'a'].sort();",
      'for (const [key, value] of new Map([[1, 2]])) structuredClone([key, value]);',
      'export const fields = Object.keys({ b: 1, a: 2 });',
    ];
    expect(await lint('src/stdx/assert.ts', `${lines.join('\n')}\n`)).toEqual([]);
  });

  it.each(['src/stdx/assert.ts', 'src/node/node.ts', 'src/sim/wire.ts', 'src/client/client.ts'])(
    'keep a loop over the fields of an object out of %s',
    async (path) => {
      const loop = 'export const f = (x: object): void => {\n  for (const k in x) f({ k });\n};\n';
      expect(await lint(path, loop)).toEqual(['2 no-restricted-syntax']);
    },
  );

  it('let the layers at the edge read clocks and paths', async () => {
    const text = 'export const now = Date.now();\nexport const here = import.meta.url;\n';
    expect(await lint('src/node/io/turn.ts', text)).toEqual([]);
  });

  it.each<readonly [what: string, rule: string, text: string]>([
    [
      'a promise that nobody waits for',
      '@typescript-eslint/no-floating-promises',
      'async function f(): Promise<void> {}\nf();\n',
    ],
    [
      'an async function where the result is dropped',
      '@typescript-eslint/no-misused-promises',
      'export const f = (g: (h: () => void) => void): void => g(async () => undefined);\n',
    ],
    [
      'a switch that forgets a case',
      '@typescript-eslint/switch-exhaustiveness-check',
      "export function f(x: 'a' | 'b'): 1 | 2 {\n  switch (x) {\n    case 'a':\n      return 1;\n  }\n  return 2;\n}\n",
    ],
    [
      'an import of a type as a value',
      '@typescript-eslint/consistent-type-imports',
      "import { Deferred } from './deferred.js';\nexport type T = Deferred<number>;\n",
    ],
    ['any', '@typescript-eslint/no-explicit-any', 'export const f = (x: any): unknown => x;\n'],
    [
      'numbers sorted as texts',
      '@typescript-eslint/require-array-sort-compare',
      'export const f = (x: number[]): number[] => x.sort();\n',
    ],
    [
      'numbers sorted as texts into a copy',
      '@typescript-eslint/require-array-sort-compare',
      'export const f = (x: number[]): number[] => x.toSorted();\n',
    ],
    [
      'a fourth parameter',
      '@typescript-eslint/max-params',
      'export const f = (a: 1, b: 1, c: 1, d: 1): number => a + b + c + d;\n',
    ],
    ['a default export', 'no-restricted-exports', 'export default 1;\n'],
    ['a suppression', 'no-restricted-exports', '/* eslint-disable */\nexport default 1;\n'],
    ['a re-export', 'no-restricted-syntax', "export * from './deferred.js';\n"],
    ['an enum', 'no-restricted-syntax', 'export enum E {\n  A,\n}\n'],
    ['a namespace', 'no-restricted-syntax', 'export namespace N {\n  export const a = 1;\n}\n'],
    ['the word private', 'no-restricted-syntax', 'export class C {\n  private x = 1;\n}\n'],
    [
      'a parameter property',
      'no-restricted-syntax',
      'export class C {\n  constructor(readonly x: number) {}\n}\n',
    ],
    ['a file of 301 lines', 'max-lines', 'export {};\n'.repeat(301)],
    [
      'a function of 71 lines',
      'max-lines-per-function',
      `export function f(): void {\n${'  f();\n'.repeat(69)}}\n`,
    ],
  ])('refuse %s by %s', async (_what, rule, text) => {
    const found = await lint('src/stdx/assert.ts', text);

    expect(found.map((line) => line.split(' ')[1])).toContain(rule);
  });
});
