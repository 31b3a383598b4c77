// npm run jobs-model: compiles test/jobs-model with the code it tests and runs it with the given arguments (try --help).
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
// Inside node_modules, so that the compiled files resolve their packages.
const cache = `${root}/node_modules/.cache`;
mkdirSync(cache, { recursive: true });
const compiled = mkdtempSync(`${cache}/flashforge-jobs-model-`);
try {
  execFileSync(
    process.execPath,
    [`${root}/node_modules/typescript/bin/tsc`, '-p', 'test/jobs-model/tsconfig.json', '--outDir', compiled],
    { cwd: root, stdio: 'inherit' },
  );
  await import(`${compiled}/test/jobs-model/command.js`);
} finally {
  rmSync(compiled, { recursive: true, force: true });
}
