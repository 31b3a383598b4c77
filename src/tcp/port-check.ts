// Whether a port accepts connections. Connects, sends nothing, and closes.

import { connect } from 'node:net';
import type { CancelSignal } from '../common/cancellation.ts';
import { fromSocketError } from '../printer/errors.ts';

/** `silent`: nothing came back in time. `unreachable`: there is no route, or this machine could not try. */
export type PortState = 'open' | 'refused' | 'unreachable' | 'silent';

/** As much as a connection of a read gets. */
const CHECK_MS = 3000;

/**
 * Connects to a port once. A printer serves one client at a time, so never during a read of the same port.
 * @param host IP address or host name; resolving it counts towards the time limit
 * @param signal ends the check early; the port is then `silent`
 */
export function checkPort(host: string, port: number, signal: CancelSignal, timeoutMs = CHECK_MS): Promise<PortState> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const finish = (state: PortState): void => {
      signal.removeEventListener('abort', expire);
      clearTimeout(timer);
      socket.destroy();
      resolve(state);
    };
    const expire = (): void => finish('silent');
    const timer = setTimeout(expire, timeoutMs);
    signal.addEventListener('abort', expire);
    socket.on('connect', () => finish('open'));
    socket.on('error', (error) => {
      const { code } = fromSocketError(error, 'connect');
      // A reset of the handshake: something listens there, and does not want us now.
      if (code === 'refused' || code === 'closed') finish('refused');
      else finish(code === 'timeout' ? 'silent' : 'unreachable');
    });
    if (signal.aborted) expire();
  });
}
