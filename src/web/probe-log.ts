// /probe?debug=true: the log of one read, and the metrics and configuration that belong to it, as text for people.

import { createLogger, type Logger } from '../common/log.ts';
import type { PrinterView } from '../fleet/view.ts';
import { renderPage } from '../metrics/exposition.ts';
import { exchangeFields } from '../printer/exchange.ts';
import { type HttpResponse, textResponse } from './http/message.ts';
import type { ProbeTarget } from './probe.ts';

function logOutcome(log: Logger, { endpoints, up, durationSeconds }: PrinterView): void {
  for (const { protocol, up: isUp, failure, advice } of endpoints) {
    if (isUp) log.info('endpoint read', { protocol });
    else if (failure)
      log.warn('endpoint not read', { protocol, code: failure.code, reason: failure.message, next: advice?.step });
    else log.warn('endpoint not read before the deadline', { protocol });
  }
  log.info(up ? 'printer read' : 'printer not read', { seconds: Number(durationSeconds.toFixed(6)) });
}

/**
 * Reads the printer and responds with what happened, as blackbox_exporter does.
 * @param timeMs until the requester's deadline, in milliseconds
 * @param now milliseconds since 1970
 */
export async function renderProbeLog(
  { printer, name }: ProbeTarget,
  timeMs: number,
  now: () => number,
  signal: AbortSignal,
): Promise<HttpResponse> {
  // The YAML library is loaded on first use, because this route is seldom used.
  const { renderConfig } = await import('../config/show.ts');
  const lines: string[] = [];
  const log = createLogger({ level: 'debug', format: 'logfmt', write: (line) => lines.push(line), now });
  log.info('read begins', {
    printer: printer.name,
    address: printer.config.address,
    timeout_seconds: Number((timeMs / 1000).toFixed(3)),
  });
  const view = await printer.readTraced(timeMs, (exchange) => log.debug('exchange', exchangeFields(exchange)), signal);
  logOutcome(log, view);
  const metrics = await renderPage({ printers: [{ ...view, labels: { printer: name } }] }, 'text');
  const text = `Log of the probe:\n${lines.join('')}\nMetrics that would have been returned:\n${metrics}\nConfiguration of the printer:\n${renderConfig([printer.config])}`;
  return textResponse(200, text.trimEnd(), { 'cache-control': 'no-store' });
}
