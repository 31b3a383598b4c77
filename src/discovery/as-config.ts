// Converts between discovered printers and configured ones.

import { onlyDefined } from '../common/defined.ts';
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
  readonly addresses?: readonly string[] | undefined;
  /** The serial number that the printer told. */
  readonly serial?: string | undefined;
}

/** A configured printer as `mergeFound` takes it. The facts known from reading it help to recognise it. */
export function configuredFrom(config: PrinterConfig, facts: ConfiguredFacts = {}): ConfiguredPrinter {
  const { name, tcp, http } = config;
  const written = [tcp?.host, http?.host].filter((host) => host !== undefined);
  return onlyDefined({
    name,
    hosts: [...new Set([...written, ...(facts.addresses ?? [])])],
    tcpPort: tcp?.port,
    httpPort: http?.port,
    serial: http?.serialNumber ?? facts.serial,
  });
}
