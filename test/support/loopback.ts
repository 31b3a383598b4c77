// A separate loopback address for each test, so that simulated printers can use the official ports.

import { randomInt } from 'node:crypto';

/** A random address in 127.64.0.0/10, which hardly anything else uses. */
export function ownLoopback(): string {
  return `127.${randomInt(64, 128)}.${randomInt(1, 255)}.${randomInt(1, 255)}`;
}
