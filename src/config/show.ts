// The running configuration in the format of the file, with secrets hidden.

import { stringify } from 'yaml';
import { DEFAULT_HTTP_PORT, type PrinterConfig } from '../printer/config.ts';

function shown({ name, address, tcp, http, timeoutMs, labels }: PrinterConfig): Readonly<Record<string, unknown>> {
  return {
    name,
    address,
    tcp: tcp ? undefined : false,
    login: tcp?.login === 'auto' ? undefined : tcp?.login,
    serial_number: http?.serialNumber,
    check_code: http?.checkCode.toString(),
    http_port: http?.port === DEFAULT_HTTP_PORT ? undefined : http?.port,
    timeout: timeoutMs === undefined ? undefined : `${timeoutMs}ms`,
    labels,
  };
}

/** These printers as YAML; a check code appears as `<secret>`. */
export function renderConfig(printers: readonly PrinterConfig[]): string {
  // YAML leaves out keys that are undefined.
  return stringify({ printers: printers.map(shown) });
}
