// Addresses as people write them: host, host:port, [IPv6]:port.

import { isIP, isIPv6 } from 'node:net';
import { ConfigError, quoted } from './config-error.ts';

export interface HostAndPort {
  /** Host name or IP address, IPv6 without brackets. */
  readonly host: string;
  readonly port?: number;
}

const MAX_PORT = 65_535;
const HOST_NAME = /^(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*\.?$/i;
// Not a host name: `192.168.1.999` would otherwise go to the name server.
const ONLY_DIGITS_AND_DOTS = /^[\d.]+$/;

/** A port from 0 to 65535 in decimal digits, with any number of leading zeros; undefined for anything else. */
export function parsePort(text: string): number | undefined {
  const port = /^0*\d{1,5}$/.test(text) ? Number(text) : undefined;
  return port !== undefined && port <= MAX_PORT ? port : undefined;
}

function isHost(host: string): boolean {
  return isIP(host) !== 0 || (HOST_NAME.test(host) && !ONLY_DIGITS_AND_DOTS.test(host));
}

/**
 * Reads `host`, `host:port`, `[IPv6]`, `[IPv6]:port` or a bare IPv6 address.
 * @throws ConfigError that says which forms are allowed
 */
export function parseAddress(text: string): HostAndPort {
  if (isIPv6(text)) return { host: text };
  const [, bracketed, plain, portText] = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::([^/:]*))?$/.exec(text) ?? [];
  const host = bracketed ?? plain ?? '';
  const isValid = bracketed === undefined ? isHost(host) : isIPv6(host);
  if (!isValid) {
    throw new ConfigError(`${quoted(text)} is not an address: write host, host:port, an IP address or [IPv6]:port`);
  }
  if (portText === undefined) return { host };
  const port = parsePort(portText);
  if (port === undefined) throw new ConfigError(`${quoted(text)}: the port must be a number from 0 to ${MAX_PORT}`);
  return { host, port };
}

/** The canonical spelling of a host, for comparison: lower case, no trailing dot, IPv6 in its short form. */
export function comparableHost(host: string): string {
  const [address = '', ...zone] = host.toLowerCase().split('%');
  return isIPv6(address)
    ? [new URL(`http://[${address}]`).hostname.slice(1, -1), ...zone].join('%')
    : host.toLowerCase().replace(/\.$/, '');
}

/** `host:port`, with IPv6 addresses in brackets. */
export function formatAddress(host: string, port: number): string {
  return `${isIPv6(host) ? `[${host}]` : host}:${port}`;
}

/** Reads a listen address: `:10899` for all interfaces, `127.0.0.1:10899`, `[::1]:10899`. @throws ConfigError */
export function parseListenAddress(text: string): { readonly host: string | undefined; readonly port: number } {
  const [, bracketed, plain, portText = ''] = /^(?:\[([^\]]*)\]|([^:[\]]*)):(\d+)$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = parsePort(portText);
  const isValid = bracketed === undefined ? host === '' || isHost(host ?? '-') : isIPv6(bracketed);
  if (port === undefined || !isValid) {
    throw new ConfigError(`${quoted(text)} is not a listen address: write :10899, 127.0.0.1:10899 or [::1]:10899`);
  }
  return { host: host === '' ? undefined : host, port };
}
