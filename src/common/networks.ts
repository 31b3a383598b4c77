// Networks in CIDR notation, as --probe.allow takes them.

import { BlockList, isIP, isIPv4 } from 'node:net';
import { ConfigError } from './config-error.ts';

/** A set of networks; an address is inside if it is inside any of them. */
export type Networks = Pick<BlockList, 'check'>;

/** Reads `192.168.1.0/24`, `fd00::/8` or a single address. @throws ConfigError */
function addNetwork(list: BlockList, text: string): void {
  const [, address = '', prefix] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const bits = isIPv4(address) ? 32 : 128;
  const length = prefix === undefined ? bits : Number(prefix);
  if (isIP(address) === 0 || length > bits) {
    throw new ConfigError(`"${text}" is not a network: write 192.168.1.0/24, fd00::/8 or one IP address`);
  }
  list.addSubnet(address, length, isIPv4(address) ? 'ipv4' : 'ipv6');
}

/** @throws ConfigError that names the text that is not a network */
export function parseNetworks(texts: readonly string[]): Networks {
  const list = new BlockList();
  for (const text of texts) addNetwork(list, text);
  return list;
}

/** Whether an IP address is inside. */
export function isInside(networks: Networks, address: string): boolean {
  const family = isIP(address);
  return family !== 0 && networks.check(address, family === 4 ? 'ipv4' : 'ipv6');
}
