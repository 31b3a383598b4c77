// `flashforge-exporter demo`: simulated printers in different states and an exporter that reads them.

import type { Argv } from 'yargs';
import { Secret } from '../common/secret.ts';
import type { PrinterConfig } from '../printer/config.ts';
import { type SimulatedPrinter, startSimulatedPrinter } from '../simulator/printer.ts';
import type { CliContext } from './context.ts';
import { serveOptions } from './options.ts';
import { loggerOf, serveUntilStopped, startFromArguments } from './serve.ts';

export function demoBuilder(yargs: Argv) {
  return serveOptions(yargs);
}

type DemoArguments = ReturnType<typeof demoBuilder> extends Argv<infer T> ? T : never;

// The jobs are long enough that all four states last while somebody looks at them.
async function startDemoPrinters(): Promise<readonly SimulatedPrinter[]> {
  const [finder, adventurer3, adventurer4, m5Pro] = await Promise.all([
    startSimulatedPrinter({ model: 'finder', name: 'finder' }),
    startSimulatedPrinter({
      model: 'adventurer3',
      name: 'adventurer3',
      job: { file: 'vase.gx', durationMs: 1_800_000, heatMs: 60_000, headStartMs: 900_000, plateMs: 60_000 },
    }),
    startSimulatedPrinter({
      model: 'adventurer4',
      name: 'adventurer4',
      job: { file: 'bracket left.gx', durationMs: 3_600_000, heatMs: 60_000, headStartMs: 1_500_000 },
    }),
    startSimulatedPrinter({
      model: 'adventurer5m-pro',
      name: 'm5-pro',
      job: { file: 'benchy.gx', durationMs: 600_000, heatMs: 60_000, headStartMs: 660_000 },
    }),
  ]);
  adventurer4.pause();
  return [finder, adventurer3, adventurer4, m5Pro];
}

function configOf(printer: SimulatedPrinter): PrinterConfig {
  const { name, host, tcpPort, httpPort, serialNumber, checkCode } = printer;
  return {
    name,
    address: `${host}:${tcpPort ?? httpPort}`,
    ...(tcpPort !== undefined && { tcp: { host, port: tcpPort, login: 'auto' } }),
    ...(httpPort !== undefined && { http: { host, port: httpPort, serialNumber, checkCode: new Secret(checkCode) } }),
  };
}

export async function demo(args: DemoArguments, context: CliContext): Promise<number> {
  const printers = await startDemoPrinters();
  try {
    const exporter = await startFromArguments(args, printers.map(configOf), context);
    const [url = ''] = exporter.urls;
    context.writeOut(`${printers.length} simulated printers: ${printers.map(({ name }) => name).join(', ')}\n`);
    context.writeOut(`open ${url}/ or run: curl -s ${url}${args['web.telemetry-path']}\nCtrl-C ends it\n`);
    // An invalid web configuration is logged, and the old one stays in effect.
    context.onHangup?.(() => {
      exporter.reload().catch(() => {});
    });
    await serveUntilStopped(exporter, context, loggerOf(args, context));
    return 0;
  } finally {
    await Promise.all(printers.map((printer) => printer.close()));
  }
}
