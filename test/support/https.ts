// HTTPS as tests ask it.

import { type Agent, request as nodeRequest } from 'node:https';
import type { PeerCertificate, SecureContextOptions, TLSSocket } from 'node:tls';
import type { HttpAnswer } from './http.ts';

export interface HttpsOptions
  extends Pick<SecureContextOptions, 'ca' | 'cert' | 'key' | 'minVersion' | 'maxVersion' | 'ciphers'> {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** A connection of its own unless given. */
  readonly agent?: Agent;
  /** Of an earlier connection, to be taken up again. */
  readonly session?: Buffer;
  readonly servername?: string;
  /** Sees the connection's tickets. */
  readonly onSession?: (session: Buffer) => void;
}

export interface HttpsAnswer extends HttpAnswer {
  readonly serverCertificate: PeerCertificate;
  readonly protocol: string | null;
  readonly isResumed: boolean;
}

/** One request; rejects where the handshake or the connection fails. */
export function askTls(base: string, path: string, options: HttpsOptions): Promise<HttpsAnswer> {
  const { hostname, port } = new URL(base);
  const { onSession, ...rest } = options;
  return new Promise((resolve, reject) => {
    const request = nodeRequest({ agent: false, ...rest, host: hostname, port, path });
    request.on('socket', (socket) => {
      if (onSession) socket.on('session', onSession);
    });
    request.on('response', (response) => {
      const socket = response.socket as TLSSocket;
      const connection = {
        serverCertificate: socket.getPeerCertificate(),
        protocol: socket.getProtocol(),
        isResumed: socket.isSessionReused(),
      };
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const { statusCode: status = 0, headers } = response;
        resolve({ status, headers, body: Buffer.concat(chunks).toString(), ...connection });
      });
    });
    request.on('error', reject);
    request.end();
  });
}
