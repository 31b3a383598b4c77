// An HTTPS client for tests.

import { type Agent, request as nodeRequest } from 'node:https';
import type { PeerCertificate, SecureContextOptions, TLSSocket } from 'node:tls';
import type { HttpResponse } from './http.ts';

export interface HttpsOptions
  extends Pick<SecureContextOptions, 'ca' | 'cert' | 'key' | 'minVersion' | 'maxVersion' | 'ciphers'> {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** A new connection by default. */
  readonly agent?: Agent;
  /** The TLS session of an earlier connection, to resume. */
  readonly session?: Buffer;
  readonly servername?: string;
  /** Called with each session ticket of the connection. */
  readonly onSession?: (session: Buffer) => void;
}

export interface HttpsResponse extends HttpResponse {
  readonly serverCertificate: PeerCertificate;
  readonly protocol: string | null;
  readonly isResumed: boolean;
}

/** Sends one request. Rejects if the handshake or the connection fails. */
export function askTls(base: string, path: string, options: HttpsOptions): Promise<HttpsResponse> {
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
