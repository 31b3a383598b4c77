// Bundles the program and its dependencies into bundle/flashforge-exporter.mjs, which runs without npm.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = fileURLToPath(new URL('..', import.meta.url));
const require = createRequire(import.meta.url);

execFileSync(process.execPath, [`${root}/scripts/build.js`], { stdio: 'inherit' });

// Compiled in, because the bundle has no package files to read them from.
const { version, license } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8'));
const revision = readFileSync(`${root}/dist/revision.txt`, 'utf8').trim();
const bcryptjs = readFileSync(require.resolve('bcryptjs'), 'utf8');

/** The licences of the bundled packages, which copies must include. */
function licencesOf(moduleIds) {
  const names = new Set(moduleIds.flatMap((id) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(id)?.[1] ?? []));
  return [...names, 'bcryptjs'].sort().map((name) => {
    const text = ['LICENSE', 'LICENSE.md', 'LICENSE.txt', 'LICENSE-MIT.txt', 'license'].flatMap((file) => {
      try {
        return [readFileSync(`${root}/node_modules/${name}/${file}`, 'utf8').trim()];
      } catch {
        return [];
      }
    })[0];
    const { license: id } = JSON.parse(readFileSync(`${root}/node_modules/${name}/package.json`, 'utf8'));
    return `${name} (${id})\n\n${text ?? ''}`.trimEnd();
  });
}

const bundle = await rolldown({
  input: `${root}/dist/main.js`,
  platform: 'node',
  transform: {
    define: {
      BUNDLED_BUILD: JSON.stringify({ version, revision }),
      BUNDLED_BCRYPTJS: JSON.stringify(bcryptjs),
    },
  },
});
const { output } = await bundle.write({
  file: `${root}/bundle/flashforge-exporter.mjs`,
  format: 'esm',
  codeSplitting: false,
  postFooter: (chunk) =>
    `/*\nflashforge-exporter ${version} (${license}) contains these packages:\n\n${licencesOf(chunk.moduleIds)
      .join('\n\n')
      .replaceAll('*/', '* /')}\n*/`,
});
const [{ fileName, code }] = output;
console.log(`bundle/${fileName}: ${Math.ceil(code.length / 1024)} KiB`);
