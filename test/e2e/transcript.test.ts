// Runs every console block of the documents against the program and compares the output.
// `npx vitest run test/e2e/transcript.test.ts --update=all` writes the current output into the documents.

import { execFile } from 'node:child_process';
import { setMaxListeners } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildProgram, type Program, type RunningProgram } from '../cli/program.ts';
import { createDeferred } from '../support/deferred.ts';
import { FINDER } from '../support/finder.ts';
import { ask } from '../support/http.ts';
import { requireProgram } from '../support/programs.ts';
import { type ScriptedReply, silence, startScriptedPrinter } from '../support/scripted-printer.ts';

const curl = requireProgram('curl');
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
// The address in the documents.
const WHERE = 'localhost:10899';
const START = 'npm run --silent start -- ';
const DOCUMENTS = ['docs/http.md', 'docs/json-api.md'];
const STATUSES = [200, 204, 400, 401, 403, 404, 405, 429, 431, 500, 502, 503, 504];

// The password is "right". At a cost of 14 a comparison takes a second, so the queue stays full during curl's request.
const USERS = 'basic_auth_users:\n  prometheus: $2b$14$e8mQdXTkXDBhNXwJK4hJ.OXo9brDHvehS6DgELbSNqr6X70FTXDYK\n';
// One password is being compared, ten wait, and one more is refused.
const FLOOD = 12;

/** The exporter that a block is run against. */
interface Situation {
  readonly url?: string;
  /** Resolves when the command may run. Whatever it starts ends when the signal aborts. */
  readonly prepare?: (signal: AbortSignal) => Promise<unknown>;
}

// A heading, and a console block: one command and its output.
const HEADING = /^#+ (.*)$/gm;
const BLOCK = /^```console\n\$ (.*)\n([\s\S]*?)^```$/gm;

describe.skipIf(curl === undefined)('the console blocks of', () => {
  const closing: (() => unknown)[] = [];
  const situations = new Map<string, Situation>();
  let program: Program;
  let folder = '';

  function startProgram(argv: readonly string[]): RunningProgram {
    const running = program.start(['--web.listen-address=127.0.0.1:0', ...argv]);
    closing.push(() => running[Symbol.asyncDispose]());
    return running;
  }

  async function start(...argv: readonly string[]): Promise<string> {
    const [, url = ''] = await startProgram(argv).see('err', /msg=listening url=(\S+)/);
    return url;
  }

  async function startDemo(): Promise<string> {
    const [, url = ''] = await startProgram(['demo']).see('out', /^open (\S+)/m);
    return url;
  }

  /** Starts a scripted printer and returns its command-line argument. */
  async function printer(name: string, script: Readonly<Record<string, ScriptedReply>>): Promise<string> {
    const started = await startScriptedPrinter(script);
    closing.push(() => started[Symbol.asyncDispose]());
    return `${name}=127.0.0.1:${started.target.port}`;
  }

  async function inFile(name: string, text: string): Promise<string> {
    await writeFile(join(folder, name), text);
    return join(folder, name);
  }

  beforeAll(async () => {
    program = await buildProgram();
    closing.push(() => program[Symbol.asyncDispose]());
    folder = await mkdtemp(join(tmpdir(), 'transcript-'));
    closing.push(() => rm(folder, { recursive: true }));
    await mkdir(join(folder, 'readme'));
    const reading = createDeferred();
    const finder = await printer('finder', FINDER);
    const slow = await printer('slow', { M119: () => reading.resolve() });
    const mute = await printer('slow', { M119: silence });
    // Nothing listens on port 1.
    const both = [finder, 'off=127.0.0.1:1'];
    const users = ['--web.config.file', await inFile('web-config.yml', USERS)];

    const file = await inFile('printers.yml', 'printers: []\n');
    const reloadable = await start('--web.enable-lifecycle', '--config.file', file);
    const flooded = await start(...users, finder);
    const busy = await start('--web.max-requests=1', slow);
    const ignored = (): void => {};

    situations.set('', { url: await start(...both) });
    situations.set('504', { url: await start(mute) });
    situations.set('401', { url: await start(...users, finder) });
    situations.set('Pages of other origins', {
      url: await start('--web.cors-origin=http://192.168.1.5:8000', finder),
    });
    situations.set('Reload', { url: reloadable });
    situations.set('Quick start', { url: await startDemo() });
    situations.set('Printers', {
      prepare: () => inFile('readme/printers.yml', 'printers:\n  - name: finder\n    adress: 192.168.1.50\n'),
    });
    situations.set('500', {
      url: reloadable,
      prepare: () => inFile('printers.yml', 'printers:\n  - adress: 192.168.1.50\n'),
    });
    situations.set('429', {
      url: flooded,
      prepare: (signal) => {
        const full = createDeferred();
        setMaxListeners(0, signal);
        for (let i = 0; i < FLOOD; i++) {
          const authorization = `Basic ${Buffer.from(`prometheus:wrong ${i}`).toString('base64')}`;
          ask(flooded, '/metrics', { headers: { authorization }, signal }).then(({ status }) => {
            if (status === 429) full.resolve();
          }, ignored);
        }
        return full.promise;
      },
    });
    situations.set('503', {
      url: busy,
      prepare: (signal) => {
        ask(busy, '/metrics', { signal }).catch(ignored);
        return reading.promise;
      },
    });
  });
  afterAll(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  /** The output of a shell command, with `…` in place of values that differ from run to run. */
  async function run(command: string, heading: string): Promise<string> {
    const [key = ''] = [...situations.keys()].filter((begin) => begin !== '' && heading.startsWith(begin));
    const { url = 'http://none', prepare } = situations.get(key) ?? {};
    const finished = new AbortController();
    await prepare?.(finished.signal);
    const runnable = command
      .replaceAll(WHERE, new URL(url).host)
      .replace(START, `'${process.execPath}' '${program.main}' `);
    const printed = await new Promise<string>((resolve, reject) => {
      execFile('/bin/sh', ['-c', runnable], { cwd: join(folder, 'readme') }, (error, stdout, stderr) => {
        // A non-zero exit code is fine if the command printed something.
        if (error && stdout + stderr === '') reject(error);
        else resolve(stdout + stderr);
      });
    });
    finished.abort();
    const plain = printed
      .replaceAll('\r', '')
      .replaceAll(`${folder}/`, '')
      .replace(/^(date): .*$/im, '$1: …');
    // The page contains the duration of the read, and an error message contains the temporary folder.
    const hasVariableLength =
      (command.includes('/metrics') && plain.startsWith('HTTP/1.1 200 ')) || printed.includes(folder);
    return hasVariableLength ? plain.replace(/^(content-length): \d+$/im, '$1: …') : plain;
  }

  it.each([...DOCUMENTS, 'README.md'])('%s show what the commands print', { timeout: 60_000 }, async (name) => {
    const path = join(ROOT, name);
    const text = await readFile(path, 'utf8');
    const headings = [...text.matchAll(HEADING)];
    let rendered = '';
    let end = 0;
    for (const block of text.matchAll(BLOCK)) {
      const [whole, command = ''] = block;
      const [, heading = ''] = headings.findLast(({ index }) => index < block.index) ?? [];
      rendered += `${text.slice(end, block.index)}\`\`\`console\n$ ${command}\n${await run(command, heading)}\`\`\``;
      end = block.index + whole.length;
    }
    await expect(rendered + text.slice(end)).toMatchFileSnapshot(path);
  });

  it('the documents show every status', async () => {
    const texts = await Promise.all(DOCUMENTS.map((name) => readFile(join(ROOT, name), 'utf8')));
    const shown = new Set(
      [...texts.join('\n').matchAll(/^HTTP\/1\.[01] (\d{3}) /gm)].map(([, status]) => Number(status)),
    );
    expect([...shown].sort()).toEqual(STATUSES);
  });
});
