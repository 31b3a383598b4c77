// Sockets passed in by systemd: sd_listen_fds(3).

import { ConfigError, quoted } from '../../common/config-error.ts';

export interface ListenFd {
  readonly fd: number;
}

const FIRST_FD = 3;

/**
 * The sockets that systemd passed in.
 * @throws ConfigError when there are none for this process
 */
export function systemdSockets(env: Readonly<Record<string, string | undefined>>, pid: number): readonly ListenFd[] {
  const { LISTEN_PID: owner, LISTEN_FDS: written } = env;
  const fail = (reason: string): ConfigError =>
    new ConfigError(`--web.systemd-socket: ${reason}; start the .socket unit, or leave the flag out`);
  if (owner === undefined || written === undefined)
    throw fail('systemd handed no socket over ($LISTEN_FDS is not set)');
  // The variables were meant for a parent process and inherited: the descriptors are not ours.
  if (owner !== String(pid)) throw fail(`the sockets are for process ${quoted(owner)}, and this one is ${pid}`);
  const count = /^\d{1,4}$/.test(written) ? Number(written) : 0;
  if (count === 0) throw fail('systemd handed no socket over ($LISTEN_FDS is no number from 1)');
  return Array.from({ length: count }, (_, index) => ({ fd: FIRST_FD + index }));
}
