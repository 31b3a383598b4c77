// A loopback address of its own for each test, so that printers can have their real ports.

import { randomInt } from 'node:crypto';

/** An address in 127.64.0.0/10, which hardly anything else uses. */
export function ownLoopback(): string {
  return `127.${randomInt(64, 128)}.${randomInt(1, 255)}.${randomInt(1, 255)}`;
}
