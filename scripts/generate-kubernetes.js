// Writes the PrometheusRule from alerts/; with --check it only says whether the file is what the rules make.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';

const RULES = 'alerts/flashforge.rules.yml';
const MANIFEST = 'deploy/kubernetes/overlays/prometheus-operator/prometheusrule.yaml';
const pathOf = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));

const manifest = {
  apiVersion: 'monitoring.coreos.com/v1',
  kind: 'PrometheusRule',
  metadata: { name: 'flashforge-exporter', labels: { 'app.kubernetes.io/name': 'flashforge-exporter' } },
  spec: parse(readFileSync(pathOf(RULES), 'utf8')),
};
const text = `# Made from ${RULES} by \`npm run kubernetes\`: change it there.\n${stringify(manifest, { lineWidth: 0 })}`;

if (!process.argv.includes('--check')) {
  writeFileSync(pathOf(MANIFEST), text);
} else if (readFileSync(pathOf(MANIFEST), 'utf8') !== text) {
  console.error(`${MANIFEST} is not what ${RULES} makes: run npm run kubernetes`);
  process.exitCode = 1;
}
