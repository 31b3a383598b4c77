// Runs simulated printers. Usage: node bench/printers.js KIND COUNT LATENCY_MS. Prints them as one line of JSON.
import { loopbackAddress } from '../dist/cli/simulate.js';
import { DEFAULT_CHECK_CODE, startSimulatedPrinter } from '../dist/simulator/printer.js';

const [kind, count, latency] = process.argv.slice(2);
const isHttp = kind === 'http';
const printers = [];
for (let index = 0; index < Number(count); index++) {
  printers.push(
    await startSimulatedPrinter({
      // Each has only one endpoint, so that a conversation is either five commands or one request.
      model: isHttp ? 'creator5-pro' : 'adventurer4',
      host: loopbackAddress(index),
      tcpPort: 8899,
      httpPort: 8898,
      name: `printer-${index + 1}`,
      latencyMs: Number(latency),
      job: { durationMs: 36_000_000, heatMs: 1000, headStartMs: 3_600_000 },
    }),
  );
}
console.log(
  JSON.stringify(
    printers.map(({ name, host, serialNumber }) => ({ name, host, serialNumber, checkCode: DEFAULT_CHECK_CODE })),
  ),
);
process.on('disconnect', () => process.exit(0));
process.stdin.on('end', () => process.exit(0)).resume();
