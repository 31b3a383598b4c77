// Compares passwords with bcrypt hashes in a worker thread: a comparison takes 70 ms at cost 10, and up to minutes at higher
// costs, and would block every other request.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';

export interface PasswordComparer {
  /** Comparisons run one at a time, in order. Rejects when the thread ended. */
  readonly compare: (password: string, hash: string) => Promise<boolean>;
  readonly close: () => Promise<void>;
}

// Defined by scripts/bundle.js: the source of bcryptjs, a CommonJS module.
declare const BUNDLED_BCRYPTJS: string | undefined;

function bcryptSource(): string {
  if (typeof BUNDLED_BCRYPTJS !== 'undefined') return BUNDLED_BCRYPTJS;
  return readFileSync(createRequire(import.meta.url).resolve('bcryptjs'), 'utf8');
}

// Plain JavaScript passed as text, behind the source of bcryptjs, which exports itself: as a file it would be .ts in the tests,
// which Node.js 20 cannot run, .js in dist, and missing in a bundle.
const WORKER = `
const { parentPort } = require('node:worker_threads');
const { compareSync } = module.exports;
parentPort.on('message', ({ id, password, hash }) => {
  parentPort.postMessage({ id, isSame: compareSync(password, hash) });
});
`;

interface Pending {
  readonly resolve: (isSame: boolean) => void;
  readonly reject: (error: Error) => void;
}

/** The thread starts with the first comparison, and again with the next one after it died. It does not keep the process alive. */
export function createPasswordComparer(): PasswordComparer {
  const pending = new Map<number, Pending>();
  let current: Worker | undefined;
  let lastId = 0;

  const start = (): Worker => {
    const worker = new Worker(`${bcryptSource()}\n${WORKER}`, { eval: true, execArgv: [], env: {} });
    const end = (error: Error): void => {
      if (current !== worker) return;
      current = undefined;
      for (const { reject } of pending.values()) reject(error);
      pending.clear();
    };
    worker.on('message', ({ id, isSame }: { readonly id: number; readonly isSame: boolean }) => {
      pending.get(id)?.resolve(isSame);
      pending.delete(id);
    });
    worker.on('error', end);
    worker.on('exit', () => end(new Error('the thread that compares passwords ended')));
    worker.unref();
    return worker;
  };

  return {
    compare: (password, hash) =>
      new Promise((resolve, reject) => {
        current ??= start();
        const id = ++lastId;
        pending.set(id, { resolve, reject });
        current.postMessage({ id, password, hash });
      }),
    close: async () => {
      await current?.terminate();
    },
  };
}
