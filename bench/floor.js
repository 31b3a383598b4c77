// The floor: a server that only holds the same conversations on bare sockets and joins prepared lines to a page.
// Usage: node bench/floor.js KIND PAGE_FILE, with the printers as JSON on stdin. Prints its port.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { Client } from 'undici';

const [kind, pageFile] = process.argv.slice(2);
const printers = JSON.parse(await text(process.stdin));
const lines = readFileSync(pageFile, 'utf8').split('\n');
const shared = Buffer.alloc(64 * 1024);
const COMMANDS = ['~M119\r\n', '~M105\r\n', '~M27\r\n', '~M114\r\n'];

function talkTcp({ host }) {
  return new Promise((resolve) => {
    let next = 0;
    let reply = '';
    const socket = connect({
      host,
      port: 8899,
      noDelay: true,
      onread: {
        buffer: shared,
        callback: (size) => {
          reply += shared.latin1Slice(0, size);
          if (!reply.endsWith('ok\r\n')) return true;
          reply = '';
          if (next < COMMANDS.length) socket.write(COMMANDS[next++]);
          else socket.destroy();
          return true;
        },
      },
    });
    socket.on('connect', () => socket.write(COMMANDS[next++]));
    socket.on('close', resolve);
    socket.on('error', () => {});
  });
}

// One client per read, as printers close the connection after each response.
async function talkHttp({ host, serialNumber, checkCode }) {
  const client = new Client(`http://${host}:8898`, { pipelining: 0 });
  const { body } = await client.request({
    method: 'POST',
    path: '/detail',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ serialNumber, checkCode }),
  });
  JSON.parse(await body.text());
  await client.destroy();
}

const talk = kind === 'http' ? talkHttp : talkTcp;
const server = createServer(async (_request, response) => {
  await Promise.all(printers.map(talk));
  response.setHeader('content-type', 'text/plain; version=0.0.4; charset=utf-8');
  // Join the lines for each response, as a page of new values requires.
  response.end(lines.map((line) => `${line}\n`).join(''));
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
