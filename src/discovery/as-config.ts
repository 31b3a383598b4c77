// Converts between discovered printers and configured ones.

import { DEFAULT_TCP_PORT, type PrinterConfig } from '../printer/config.ts';
import type { ConfiguredPrinter, KnownPrinter } from './merge.ts';

/** The configuration of a discovered printer: read over TCP, which needs no credentials. */
export function configOf({ name, printer }: KnownPrinter): PrinterConfig {
  const { address, tcpPort: port = DEFAULT_TCP_PORT } = printer;
  const written = port === DEFAULT_TCP_PORT ? address : `${address}:${port}`;
  return { name, address: written, tcp: { host: address, port, login: 'auto' } };
}

export interface ConfiguredFacts {
  /** The IPv4 addresses that its host resolves to. */
  readonly addresses?: readonly string[];
  /** The serial number that the printer told. */
  readonly serial?: string;
}

/** A configured printer as `mergeFound` takes it. The facts known from reading it help to recognise it. */
export function configuredFrom(config: PrinterConfig, facts: ConfiguredFacts = {}): ConfiguredPrinter {
  const { name, tcp, http } = config;
  const serial = http?.serialNumber ?? facts.serial;
  const written = [tcp?.host, http?.host].filter((host) => host !== undefined);
  return {
    name,
    hosts: [...new Set([...written, ...(facts.addresses ?? [])])],
    ...(tcp !== undefined && { tcpPort: tcp.port }),
    ...(http !== undefined && { httpPort: http.port }),
    ...(serial !== undefined && { serial }),
  };
}
