// Generates dashboards/*.json from dashboards/src. test/dashboards/files.test.ts checks that they are up to date.
import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
// Inside node_modules, so that the compiled files resolve the SDK.
const compiled = `${root}/node_modules/.cache/flashforge-dashboards`;

rmSync(compiled, { recursive: true, force: true });
execFileSync(process.execPath, [`${root}/node_modules/typescript/bin/tsc`, '-p', 'dashboards/src/tsconfig.json'], {
  cwd: root,
  stdio: 'inherit',
});
const { dashboardFiles } = await import(`${compiled}/dashboards/src/files.js`);
for (const [name, text] of dashboardFiles()) writeFileSync(`${root}/dashboards/${name}`, text);
rmSync(compiled, { recursive: true, force: true });
