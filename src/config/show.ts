// The running configuration as text, in the shape of the file, with secrets hidden.

import { stringify } from 'yaml';
import { DEFAULT_HTTP_PORT, type PrinterConfig } from '../printer/config.ts';

function shown({ name, address, tcp, http, timeoutMs }: PrinterConfig): Readonly<Record<string, unknown>> {
  return {
    name,
    address,
    ...(!tcp && { tcp: false }),
    ...(tcp && tcp.login !== 'auto' && { login: tcp.login }),
    ...(http && {
      serial_number: http.serialNumber,
      check_code: http.checkCode.toString(),
      ...(http.port !== DEFAULT_HTTP_PORT && { http_port: http.port }),
    }),
    ...(timeoutMs !== undefined && { timeout: `${timeoutMs}ms` }),
  };
}

/** YAML of these printers; a check code is `<secret>`. */
export function renderConfig(printers: readonly PrinterConfig[]): string {
  return stringify({ printers: printers.map(shown) });
}
