// Starts simulated printers and writes their configuration file.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startScript } from './processes.js';

function configText(kind, printers) {
  const lines = printers.map(({ name, host, serialNumber, checkCode }) =>
    kind === 'http'
      ? `  - {name: ${name}, address: ${host}, tcp: false, serial_number: ${serialNumber}, check_code: "${checkCode}"}`
      : `  - {name: ${name}, address: ${host}}`,
  );
  return `printers:\n${lines.join('\n')}\n`;
}

/** Starts the printers in a child process and writes their configuration into the folder. */
export async function startFleet(kind, count, latencyMs, folder) {
  const simulator = await startScript('bench/printers.js', [kind, String(count), String(latencyMs)]);
  const printers = JSON.parse(simulator.first);
  const config = join(folder, 'printers.yml');
  writeFileSync(config, configText(kind, printers));
  return { simulator, printers, config };
}
