// The Prometheus configurations in the README and the documents.
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

export interface ScrapeConfig {
  job_name: string;
  scrape_interval?: string;
  scrape_timeout?: string;
  [key: string]: unknown;
}

/** The scrape config of a job in a document's YAML block, after textual replacements. */
export function documentedScrapeConfig(
  document: string,
  job: string,
  replacements: Readonly<Record<string, string>>,
): ScrapeConfig {
  const text = readFileSync(new URL(`../../${document}`, import.meta.url), 'utf8');
  const blocks = [...text.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block);
  const [block, ...more] = blocks.filter((candidate) => candidate.includes(`job_name: ${job}\n`));
  if (block === undefined || more.length > 0) throw new Error(`${document} has not one block with job ${job}`);
  let replaced = block;
  for (const [from, to] of Object.entries(replacements)) {
    if (!replaced.includes(from)) throw new Error(`${document}, job ${job}: no ${from}`);
    replaced = replaced.replaceAll(from, to);
  }
  const [config, ...others] = (parse(replaced) as { scrape_configs: ScrapeConfig[] }).scrape_configs;
  if (config === undefined || others.length > 0) throw new Error(`${document}, job ${job}: not one scrape config`);
  return config;
}
