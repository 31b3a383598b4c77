// Between what discovery found and what the exporter reads.

import { DEFAULT_TCP_PORT, type PrinterConfig } from '../printer/config.ts';
import type { ConfiguredPrinter, KnownPrinter } from './merge.ts';

/** A discovered printer as one to read: over TCP, which needs no credentials. */
export function configOf({ name, printer }: KnownPrinter): PrinterConfig {
  const { address, tcpPort: port = DEFAULT_TCP_PORT } = printer;
  const written = port === DEFAULT_TCP_PORT ? address : `${address}:${port}`;
  return { name, address: written, tcp: { host: address, port, login: 'auto' } };
}

export interface ConfiguredFacts {
  /** What its host resolves to. */
  readonly addresses?: readonly string[];
  /** What the printer said its serial is. */
  readonly serial?: string;
}

/** A configured printer as `mergeFound` takes it; facts known from reading it help to recognise it. */
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
