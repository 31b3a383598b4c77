// A webhook receiver for Alertmanager: records every POST and resolves the waiters.
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';

/** One alert of a notification (Alertmanager's webhook format, version 4). */
export interface NoticeAlert {
  status: 'firing' | 'resolved';
  labels: Record<string, string>;
  annotations: Record<string, string>;
  startsAt: string;
}

export interface Notice {
  receiver: string;
  status: 'firing' | 'resolved';
  alerts: NoticeAlert[];
  groupLabels: Record<string, string>;
}

export interface Post {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface WebhookReceiver {
  url: string;
  /** The notifications received so far, in order. */
  notices: Notice[];
  /** Every POST so far, including those of other integrations (Telegram, Discord). */
  posts: Post[];
  /** Resolves when the predicate holds; it is checked on each POST. */
  waitFor(predicate: (notices: Notice[], posts: Post[]) => boolean, timeoutMs?: number): Promise<Notice[]>;
  stop(): Promise<void>;
}

/** @param responseBody the body of each 200 response, for integrations that read it */
export async function startWebhookReceiver(responseBody = ''): Promise<WebhookReceiver> {
  const notices: Notice[] = [];
  const posts: Post[] = [];
  const waiting = new Set<() => void>();
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const text of request.setEncoding('utf8')) body += text;
    posts.push({ path: request.url ?? '', headers: request.headers, body });
    const notice = parseNotice(body);
    if (notice !== undefined) notices.push(notice);
    response.writeHead(200, { 'content-type': 'application/json' }).end(responseBody);
    for (const check of waiting) check();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error(`unexpected address ${address}`);

  return {
    url: `http://127.0.0.1:${address.port}`,
    notices,
    posts,
    waitFor(predicate, timeoutMs = 20_000) {
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiting.delete(check);
          reject(
            new Error(
              `the notices were not as expected within ${timeoutMs / 1000} s: ${JSON.stringify(posts, null, 1)}`,
            ),
          );
        }, timeoutMs);
        const check = () => {
          if (!predicate(notices, posts)) return;
          clearTimeout(timer);
          waiting.delete(check);
          resolve(notices);
        };
        waiting.add(check);
        check();
      });
    },
    async stop() {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function parseNotice(body: string): Notice | undefined {
  try {
    const notice = JSON.parse(body) as Partial<Notice>;
    return Array.isArray(notice.alerts) ? (notice as Notice) : undefined;
  } catch {
    return undefined;
  }
}
