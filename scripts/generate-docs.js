// Writes docs/metrics.md from the catalog; with --check it only says whether the file is what the catalog makes.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { PRINTER_FAMILIES } from '../dist/metrics/catalog.js';
import { EXPORTER_FAMILIES } from '../dist/metrics/exporter.js';

const path = fileURLToPath(new URL('../docs/metrics.md', import.meta.url));

function table(families) {
  const rows = families.map(({ name, type, labels, help }) => {
    const labelText = labels.map((label) => `\`${label}\``).join(' ');
    return `| \`${name}\` | ${type} | ${labelText} | ${help} |`;
  });
  return ['| metric | type | labels | meaning |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

const text = `# Metrics

<!-- Generated from src/metrics/catalog.ts by \`npm run docs\`: change it there. -->

Units are base units: seconds, meters, bytes, ratios from 0 to 1, degrees Celsius. What a printer does not say is
missing: there is no sample, never a 0 in its place. A printer that is off keeps only the series that say so.

## Of a printer

Each has the label \`printer\` besides those named here. They are on \`/metrics\` for all printers.

${table(PRINTER_FAMILIES)}

## Of the exporter

Besides these there are \`process_*\` and \`nodejs_*\` for the process; \`--web.disable-exporter-metrics\` leaves those out.
The delays of the event loop (\`nodejs_eventloop_lag_mean_seconds\` and so on) are how late it was, without the 0.1 s
between two measurements that Node.js counts in.

${table(EXPORTER_FAMILIES)}
`;

if (!process.argv.includes('--check')) {
  writeFileSync(path, text);
} else if (readFileSync(path, 'utf8') !== text) {
  console.error('docs/metrics.md is not what the catalog makes: run npm run docs');
  process.exitCode = 1;
}
