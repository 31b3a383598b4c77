// Prints the notifications that Alertmanager posts, and shows the latest ones at GET /.
import { createServer } from 'node:http';

const PORT = Number(process.env.PORT ?? 8080);
const MAX_BODY_BYTES = 1_000_000;
const KEPT = 100;
const lines = [];

// Printers choose some of the names, which must not contain terminal control characters.
const printable = (text) => String(text).replace(/[\p{Cc}\u2028\u2029]/gu, ' ');

function note(body) {
  const { alerts } = JSON.parse(body);
  for (const { status, annotations, labels } of alerts) {
    const over = status === 'resolved' ? 'over: ' : '';
    const line = `${new Date().toISOString()} ${over}${printable(annotations?.summary ?? labels?.alertname)}`;
    lines.unshift(line);
    console.log(line);
  }
  lines.length = Math.min(lines.length, KEPT);
}

const server = createServer(async (request, response) => {
  if (request.method !== 'POST') {
    response.setHeader('content-type', 'text/plain; charset=utf-8');
    response.end(
      lines.length === 0 ? 'no notice yet: the first comes after about three minutes\n' : `${lines.join('\n')}\n`,
    );
    return;
  }
  let body = '';
  for await (const text of request.setEncoding('utf8')) {
    if (body.length < MAX_BODY_BYTES) body += text;
  }
  try {
    note(body);
  } catch {
    response.statusCode = 400;
  }
  response.end();
});
server.listen(PORT, () => console.log(`notices are printed here, and shown at port ${server.address().port}`));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(0));
