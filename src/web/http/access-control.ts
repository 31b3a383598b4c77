// What may stand between the network and the routes: TLS, authentication, and headers on every response.

import type { Server } from 'node:http';
import type { HttpResponse } from './message.ts';

/** TLS in front of a server. */
export interface TlsFront {
  /** Closes the connections that have not finished their handshake. */
  readonly abortHandshakes: () => void;
}

export interface AccessControl {
  /** Puts TLS in front of a server; undefined when it stays plain. */
  readonly secure: (server: Server) => TlsFront | undefined;
  /** The response for a request that must not go on; undefined lets it through. Never rejects. */
  readonly refuse: (authorization: string | undefined) => Promise<HttpResponse | undefined>;
  /** Headers of every response, with names in lower case. */
  readonly headers: () => Readonly<Record<string, string>>;
  readonly close: () => Promise<void>;
}
