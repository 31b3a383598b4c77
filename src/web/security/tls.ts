// TLS in front of an HTTP server. Certificates, versions and client authentication may change while it runs: new connections
// go to a new tls.Server, and open ones stay with theirs.

import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import {
  createServer,
  DEFAULT_CIPHERS,
  type SecureContextOptions,
  type SecureVersion,
  type TLSSocket,
  type Server as TlsServer,
} from 'node:tls';
import type { Logger } from '../../common/log.ts';
import type { TlsFront } from '../http/access-control.ts';
import type { CLIENT_AUTH_TYPES, TLS_VERSIONS } from './web-config-schema.ts';

export interface TlsSettings {
  /** PEM; the server certificate first. */
  readonly cert: string;
  /** PEM. */
  readonly key: string;
  readonly clientAuthType: (typeof CLIENT_AUTH_TYPES)[number];
  /** PEM. */
  readonly clientCa?: string;
  readonly minVersion: (typeof TLS_VERSIONS)[number];
  readonly maxVersion: (typeof TLS_VERSIONS)[number];
}

// As long as an HTTP header may take.
const HANDSHAKE_TIMEOUT_MS = 10_000;

const NODE_VERSIONS: Readonly<Record<(typeof TLS_VERSIONS)[number], SecureVersion>> = {
  TLS10: 'TLSv1',
  TLS11: 'TLSv1.1',
  TLS12: 'TLSv1.2',
  TLS13: 'TLSv1.3',
};

/** The options for Node.js's secure context. */
export function contextOptions(settings: TlsSettings): SecureContextOptions {
  const isOld = settings.minVersion === 'TLS10' || settings.minVersion === 'TLS11';
  return {
    cert: settings.cert,
    key: settings.key,
    minVersion: NODE_VERSIONS[settings.minVersion],
    maxVersion: NODE_VERSIONS[settings.maxVersion],
    ...(settings.clientCa !== undefined && { ca: settings.clientCa }),
    // OpenSSL 3 supports versions before 1.2 only at this security level.
    ...(isOld && { ciphers: `${DEFAULT_CIPHERS}:@SECLEVEL=0` }),
  };
}

/** Whether a client is authorized once its handshake is finished. */
function isAuthorized(socket: TLSSocket, type: TlsSettings['clientAuthType']): boolean {
  const hasCertificate = Object.keys(socket.getPeerCertificate()).length > 0;
  switch (type) {
    case 'NoClientCert':
    case 'RequestClientCert':
      return true;
    case 'RequireAnyClientCert':
      return hasCertificate;
    case 'VerifyClientCertIfGiven':
      return socket.authorized || !hasCertificate;
    case 'RequireAndVerifyClientCert':
      return socket.authorized;
    default:
      return type satisfies never;
  }
}

function createTlsServer(settings: TlsSettings, serve: (socket: TLSSocket) => void, log: Logger): TlsServer {
  const server = createServer({
    ...contextOptions(settings),
    requestCert: settings.clientAuthType !== 'NoClientCert',
    rejectUnauthorized: settings.clientAuthType === 'RequireAndVerifyClientCert',
    ALPNProtocols: ['http/1.1'],
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
  });
  const refuse = (socket: TLSSocket, reason: string): void => {
    // Any port scanner causes this, so it is not worth a warning.
    log.debug('TLS handshake failed', { client: socket.remoteAddress, reason });
    socket.destroy();
  };
  server.on('tlsClientError', (error, socket) => refuse(socket, error.message));
  server.on('secureConnection', (socket) => {
    if (isAuthorized(socket, settings.clientAuthType)) serve(socket);
    else refuse(socket, `the client's certificate does not do for ${settings.clientAuthType}`);
  });
  return server;
}

/** Undefined for a Unix socket. */
function peerOf({ remoteAddress, remotePort }: Socket): string | undefined {
  return remotePort === undefined ? undefined : `${remoteAddress} ${remotePort}`;
}

/**
 * Terminates TLS on an HTTP server's connections.
 * @param current called for each connection; must return the same object while the settings are the same
 */
export function terminateTls(server: Server, current: () => TlsSettings, log: Logger): TlsFront {
  // node:https uses the same listener, but for one fixed set of options.
  const listeners = server.listeners('connection');
  server.removeAllListeners('connection');
  const handshakes = new Map<string, Socket>();
  const serve = (socket: TLSSocket): void => {
    handshakes.delete(peerOf(socket) ?? '');
    for (const listener of listeners) Reflect.apply(listener, server, [socket]);
  };
  let front: { readonly settings: TlsSettings; readonly server: TlsServer } | undefined;
  server.on('connection', (socket: Socket) => {
    const settings = current();
    if (front?.settings !== settings) front = { settings, server: createTlsServer(settings, serve, log) };
    const peer = peerOf(socket);
    if (peer !== undefined) {
      handshakes.set(peer, socket);
      socket.once('close', () => {
        if (handshakes.get(peer) === socket) handshakes.delete(peer);
      });
    }
    front.server.emit('connection', socket);
  });
  return {
    abortHandshakes: () => {
      for (const socket of handshakes.values()) socket.destroy();
    },
  };
}
