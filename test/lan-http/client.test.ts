import { once } from 'node:events';
import { type AddressInfo, createServer, isIPv6, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/common/secret.ts';
import type { HttpTarget } from '../../src/lan-http/client.ts';
import { createHttpReader } from '../../src/lan-http/read.ts';
import { PrinterError } from '../../src/printer/errors.ts';
import { CAPTURED, readCapture } from './captured.ts';
import { CHECK_CODE, serveHttp, serveSockets, serveText, type TestServer } from './server.ts';

const READY = '{"code":0,"message":"Success","detail":{"status":"ready"}}';
const never = new AbortController().signal;
const reader = createHttpReader();

async function failureOf(target: HttpTarget, signal: AbortSignal = never, from = reader): Promise<PrinterError> {
  try {
    await from.readDetail(target, signal);
  } catch (error) {
    expect(error).toBeInstanceOf(PrinterError);
    if (error instanceof PrinterError) return error;
  }
  throw new Error('the read did not fail');
}

function urlOf({ target }: TestServer): string {
  return `${target.host}:${target.port}`;
}

describe('a read', () => {
  it.each(Object.entries(CAPTURED))('gives every value of %s', async (capture, expected) => {
    await using server = await serveText(readCapture(capture));
    const snapshot = await reader.readDetail(server.target, never);
    expect(snapshot).toEqual({ ...expected, identity: { ...expected.identity, serial: 'SNTEST0001' } });
  });

  it('posts serial and check code to /detail, and asks for no keep-alive', async () => {
    const seen: unknown[] = [];
    await using server = await serveHttp((response, body, { method, url, headers }) => {
      seen.push(method, url, headers['content-type'], headers.connection, headers.host, JSON.parse(body));
      response.end(READY);
    });
    await reader.readDetail(server.target, never);
    const body = { serialNumber: 'SNTEST0001', checkCode: CHECK_CODE };
    expect(seen).toEqual(['POST', '/detail', 'application/json', 'close', urlOf(server), body]);
  });

  it.each([
    ['MOMC9900728', 'SNMOMC9900728'],
    ['SNMOMC9900728', 'SNMOMC9900728'],
    ['snmomc9900728', 'snmomc9900728'],
    ['momc9900728', 'SNmomc9900728'],
    [' SNMOMC9900728 ', 'SNMOMC9900728'],
  ])('sends the serial %j as %j, and reports it', async (serialNumber, sent) => {
    const seen: unknown[] = [];
    await using server = await serveHttp((response, body) => {
      seen.push(JSON.parse(body));
      response.end(READY);
    });
    const { identity } = await reader.readDetail({ ...server.target, serialNumber }, never);
    expect(seen).toEqual([expect.objectContaining({ serialNumber: sent })]);
    expect(identity).toEqual({ serial: sent });
  });

  it('takes the misspelt header of a 5M Pro', async () => {
    const head = readCapture('http-error-replies/http-headers.txt').trim().split(/\r?\n/);
    const lines = head.map((line) => line.replace(/^(Content-Length:).*/, `$1 ${READY.length}`));
    await using server = await serveSockets((socket) => socket.end(`${lines.join('\r\n')}\r\n\r\n${READY}`));
    expect(lines.join('\n')).toContain('appliation/json');
    expect(await reader.readDetail(server.target, never)).toMatchObject({ state: 'ready' });
  });

  it('takes a response without length or content type, ended by closing the connection', async () => {
    await using server = await serveSockets((socket) => socket.end(`HTTP/1.0 200 OK\r\n\r\n${READY}`));
    expect(await reader.readDetail(server.target, never)).toMatchObject({ state: 'ready' });
  });

  it.each(['', '\r\n', '\0'])(
    'takes a response without length on a connection that stays open, %j after it',
    async (end) => {
      await using server = await serveSockets(async (socket) => {
        await new Promise((done) => socket.write(`HTTP/1.1 200 OK\r\n\r\n${READY.slice(0, -1)}`, done));
        socket.write(READY.slice(-1) + end);
      });
      expect(await reader.readDetail(server.target, never)).toMatchObject({ state: 'ready' });
      await server.allClosed();
    },
  );

  it('takes a response that comes byte by byte, with a character in two pieces', async () => {
    const body = Buffer.from('{"code":0,"detail":{"name":"Füller 打印机"}}');
    await using server = await serveHttp(async (response) => {
      for (const byte of body) await new Promise((done) => response.write(Buffer.of(byte), done));
      response.end();
    });
    expect((await reader.readDetail(server.target, never)).identity?.name).toBe('Füller 打印机');
  });

  it('takes a payload at the top level', async () => {
    await using server = await serveText('{"err":0,"msg":"Success","status":"printing","printLayer":7}');
    expect(await reader.readDetail(server.target, never)).toMatchObject({ state: 'printing', layer: 7 });
  });

  it('closes its connection after success and after failure', async () => {
    for (const text of [READY, '<html>']) {
      await using server = await serveSockets((socket) =>
        socket.write(`HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: ${text.length}\r\n\r\n${text}`),
      );
      await reader.readDetail(server.target, never).catch(() => {});
      await server.allClosed();
      expect(server.connections()).toBe(1);
    }
  });

  const hasIpv6 = Object.values(networkInterfaces()).some((list) => list?.some(({ address }) => isIPv6(address)));
  it.skipIf(!hasIpv6)('puts an IPv6 address in brackets', async () => {
    const hosts: unknown[] = [];
    await using server = await serveHttp((response, _body, { headers }) => {
      hosts.push(headers.host);
      response.end(READY);
    }, '::1');
    await reader.readDetail(server.target, never);
    await reader.readDetail({ ...server.target, host: '::1%lo' }, never);
    expect(hosts).toEqual([`[::1]:${server.target.port}`, `[::1]:${server.target.port}`]);
  });

  it('resolves names', async () => {
    await using server = await serveText(READY);
    expect(await reader.readDetail({ ...server.target, host: 'localhost' }, never)).toMatchObject({ state: 'ready' });
  });
});

describe('a refusal', () => {
  it.each([
    ['wrong-checkcode.json', 'auth', 'code 1 "Access code is different", wrong check code or serial number'],
    ['wrong-serial.json', 'auth', 'code 1 "SN is different", wrong check code or serial number'],
    ['lan-mode-off.json', 'lan_mode', 'code -2 "Lan mode error", LAN mode is off'],
    ['bad-parameters.json', 'protocol', 'code -1 "Parameters is error", the printer did not understand the request'],
    ['command-ok.json', 'protocol', 'the response has no known field'],
  ])('%s is %s', async (capture, code, said) => {
    await using server = await serveText(readCapture(`http-error-replies/${capture}`));
    const error = await failureOf(server.target);
    expect(error).toMatchObject({ code, message: `POST ${urlOf(server)}/detail: ${said}` });
  });

  it.each([
    ['{"code":2}', 'busy', 'code 2, the printer is busy'],
    ['{"err":" 2 ","msg":"later"}', 'busy', 'code 2 "later", the printer is busy'],
    ['{"code":true,"message":"Access code is different"}', 'auth', 'code 1 "Access code is different"'],
    ['{"code":"-2"}', 'lan_mode', 'code -2, LAN mode is off'],
    ['{"code":3,"message":"no file"}', 'protocol', 'code 3 "no file"'],
    ['{"code":-1e9,"detail":{"status":"ready"}}', 'protocol', 'code -1000000000'],
    ['{"code":1.5,"detail":{"status":"ready"}}', 'protocol', 'code 1.5'],
  ])('%s is %s', async (body, code, said) => {
    await using server = await serveText(body);
    expect(await failureOf(server.target)).toMatchObject({ code, message: expect.stringContaining(said) });
  });

  it.each([
    [401, '{"code":1,"message":"Access code is different"}', 'auth', 'code 1 "Access code is different", wrong'],
    [403, '{"code":-2,"message":"Lan mode error"}\r\n', 'lan_mode', 'code -2 "Lan mode error", LAN mode is off'],
    [503, ' {"err":"2"}', 'busy', 'code 2, the printer is busy'],
    [400, '{"code":-1,"message":"Parameters is error"}', 'protocol', 'HTTP status 400'],
    [404, '{"code":404,"message":"no such page"}', 'protocol', 'HTTP status 404'],
    [500, '{"code":0,"detail":{"status":"ready"}}', 'protocol', 'HTTP status 500'],
    [500, '{"code":1', 'protocol', 'HTTP status 500'],
    [404, '<html>{"code":1}', 'protocol', 'HTTP status 404'],
    [404, '', 'protocol', 'HTTP status 404'],
  ])('with HTTP status %i, %s is %s', async (status, body, code, said) => {
    const parts = [body, ...(body === '' ? [] : [body.slice(0, -10)])];
    for (const first of parts) {
      await using server = await serveHttp((response) => {
        response.writeHead(status).write(first, () => response.end(body.slice(first.length)));
      });
      const message = expect.stringContaining(`POST ${urlOf(server)}/detail: ${said}`);
      expect(await failureOf(server.target)).toMatchObject({ code, message });
    }
  });

  it.each<readonly [what: string, end: (socket: Socket) => void]>([
    ['is reset', (socket) => socket.resetAndDestroy()],
    ['ends too soon', (socket) => void socket.end()],
    ['is too long', (socket) => void socket.write('x'.repeat(300 * 1024))],
  ])('with another HTTP status whose body %s is the status', async (_what, end) => {
    const head = 'HTTP/1.1 500 x\r\ncontent-length: 1000000\r\n\r\n{"code":1,';
    await using server = await serveSockets((socket) => socket.write(head, () => end(socket)));
    expect(await failureOf(server.target)).toMatchObject({
      code: 'protocol',
      message: `POST ${urlOf(server)}/detail: HTTP status 500`,
    });
    expect(server.connections()).toBe(1);
  });

  it('with another HTTP status whose body never ends is the status at the deadline', async () => {
    await using server = await serveHttp((response) => void response.writeHead(500).write('{"code":1,'));
    const { message } = await failureOf(server.target, AbortSignal.timeout(300));
    expect(message).toBe(`POST ${urlOf(server)}/detail: HTTP status 500`);
    await server.allClosed();
  });

  it.each(['null', '"x"', '[]', '{}'])('a code of %s is no refusal, and a text never is', async (value) => {
    for (const body of [`{"code":${value},"detail":{"status":"ready"}}`, `{"message":${value},"status":"ready"}`]) {
      await using server = await serveText(body);
      expect(await reader.readDetail(server.target, never)).toMatchObject({ state: 'ready' });
    }
  });

  it('quotes the first 120 characters of the text, without control characters', async () => {
    await using server = await serveText(JSON.stringify({ code: 7, message: `\u001b[31m${'é'.repeat(5000)}` }));
    const { message } = await failureOf(server.target);
    expect(message).toBe(`POST ${urlOf(server)}/detail: code 7 "[31m${'é'.repeat(116)}"…`);
  });
});

describe('what to do about a failure', () => {
  it.each([
    ['a web page', 200, ' <!DOCTYPE html><html></html>', 'html'],
    ['a web page with another status', 404, '<html>Not found</html>', 'html'],
    ['another status', 404, '', undefined],
    ['plain text', 200, 'Not found', undefined],
    ['a wrong serial number', 200, '{"code":1,"message":"SN is different"}', 'wrong_serial'],
    ['a wrong check code', 200, '{"code":1,"message":"access code is Different"}', 'wrong_check_code'],
    ['either', 200, '{"code":1,"message":"No"}', undefined],
    ['neither', 200, '{"code":2,"message":"SN is different"}', undefined],
  ])('differs for %s', async (_what, status, body, detail) => {
    await using server = await serveHttp((response) => void response.writeHead(status).end(body));
    expect((await failureOf(server.target)).detail).toBe(detail);
  });
});

describe('a response that is no payload', () => {
  it.each([
    ['HTML', '<html><body>Not found</body></html>', 'the response is a web page, not JSON, 35 characters came'],
    ['nothing', '', 'the response is empty'],
    ['blanks', ' \r\n', 'the response is empty'],
    ['plain text', 'Not found', 'the response is not JSON, 9 characters came'],
    ['truncated JSON', READY.slice(0, 40), 'the response is not JSON, or is cut off, 40 characters came'],
    ['null', 'null', 'the response is not a JSON object'],
    ['an array', '[1]', 'the response is not a JSON object'],
    ['a string', '"ok"', 'the response is not a JSON object'],
    ['an empty object', '{}', 'the response has no known field'],
    ['a detail that is an array', '{"code":0,"detail":[]}', 'the response has no known field'],
    ['unknown fields only', '{"code":0,"detail":{"camera":1}}', 'the response has no known field'],
  ])('%s is a protocol failure', async (_what, text, said) => {
    await using server = await serveText(text);
    const message = `POST ${urlOf(server)}/detail: ${said}`;
    expect(await failureOf(server.target)).toMatchObject({ code: 'protocol', message });
  });

  it.each([301, 400, 401, 404, 500, 503])(
    'HTTP status %i is a protocol failure, without waiting for the body',
    async (status) => {
      await using server = await serveHttp((response) => {
        response.writeHead(status, { location: '/elsewhere' }).write(READY); // and never ends
      });
      const redirect = status === 301 ? ', a redirect, which is not followed' : '';
      const message = `POST ${urlOf(server)}/detail: HTTP status ${status}${redirect}`;
      expect(await failureOf(server.target)).toMatchObject({ code: 'protocol', message });
      await server.allClosed();
    },
  );

  it('anything but HTTP is a protocol failure', async () => {
    await using server = await serveSockets((socket) => socket.write('CMD M119 Received.\r\nok\r\n'));
    expect(await failureOf(server.target)).toMatchObject({
      code: 'protocol',
      message: expect.stringMatching(/: the response is not HTTP$/),
    });
    await server.allClosed();
  });

  it('endless headers are a protocol failure', async () => {
    await using server = await serveSockets((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\n${`X-Fill: ${'x'.repeat(1000)}\r\n`.repeat(1000)}`);
    });
    expect(await failureOf(server.target)).toMatchObject({ code: 'protocol' });
    await server.allClosed();
  });

  it('10 MB are cut off at 256 KiB', async () => {
    await using server = await serveHttp((response) => response.end(`{"name":"${'x'.repeat(10 * 1024 * 1024)}"}`));
    const message = `POST ${urlOf(server)}/detail: the response is larger than 262144 bytes`;
    expect(await failureOf(server.target)).toMatchObject({ code: 'protocol', message });
    await server.allClosed();
    expect(server.connections()).toBe(1);
  });

  it('an endless body is cut off at 256 KiB', async () => {
    let isOpen = true;
    await using server = await serveHttp((response) => {
      response.on('close', () => {
        isOpen = false;
      });
      // Node.js 26 calls back at once with an error when the client is gone: going on would starve the close event.
      const fill = (error?: Error | null): void => {
        if (isOpen && !error) response.write(' '.repeat(16 * 1024), fill);
      };
      fill();
    });
    expect(await failureOf(server.target)).toMatchObject({ code: 'protocol' });
    await server.allClosed();
  });

  it('exactly 256 KiB are taken', async () => {
    await using server = await serveText(READY.padEnd(256 * 1024));
    expect(await reader.readDetail(server.target, never)).toMatchObject({ state: 'ready' });
  });
});

describe('a connection that fails', () => {
  it('is retried once after a reset', async () => {
    await using server = await serveSockets((socket, number) => {
      if (number === 1) socket.resetAndDestroy();
      else socket.end(`HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n${READY}`);
    });
    expect(await reader.readDetail(server.target, never)).toMatchObject({ state: 'ready' });
    expect(server.connections()).toBe(2);
  });

  it.each([
    ['reset', (socket: { resetAndDestroy(): void }) => socket.resetAndDestroy()],
    ['closed without a response', (socket: { end(): void }) => socket.end()],
    [
      'closed within the body',
      (socket: { end(text: string): void }) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"code":0'),
    ],
  ])('%s twice is closed', async (_what, fail) => {
    await using server = await serveSockets(fail);
    expect(await failureOf(server.target)).toMatchObject({ code: 'closed' });
    expect(server.connections()).toBe(2);
  });

  it('is not retried after a whole response', async () => {
    await using server = await serveText('{"code":1}');
    await failureOf(server.target);
    expect(server.connections()).toBe(1);
  });

  it('is refused where nothing listens', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    const target = { host: '127.0.0.1', port, serialNumber: 'SN1', checkCode: new Secret(CHECK_CODE) };
    const message = `POST 127.0.0.1:${port}/detail: ECONNREFUSED`;
    expect(await failureOf(target)).toMatchObject({ code: 'refused', message });
  });

  it('is dns for a name without address', async () => {
    const target = { host: 'printer.invalid', port: 8898, serialNumber: 'SN1', checkCode: new Secret(CHECK_CODE) };
    expect(await failureOf(target)).toMatchObject({ code: 'dns' });
  });

  it.each(['not a host', '', 'a/b', '::1::'])('is a PrinterError for the host %j', async (host) => {
    const target = { host, port: 8898, serialNumber: 'SN1', checkCode: new Secret(CHECK_CODE) };
    await failureOf(target, AbortSignal.timeout(10));
  });
});

describe('the signal', () => {
  it('ends the wait for a response', async () => {
    const abort = new AbortController();
    await using server = await serveHttp(() => abort.abort());
    const message = `POST ${urlOf(server)}/detail: no response before the deadline`;
    expect(await failureOf(server.target, abort.signal)).toMatchObject({ code: 'timeout', message });
    await server.allClosed();
    expect(server.connections()).toBe(1);
  });

  it('ends the wait for the rest of a body', async () => {
    const abort = new AbortController();
    await using server = await serveHttp((response) => {
      response.writeHead(200).write(READY.slice(0, 20));
      response.socket?.on('drain', () => {});
      // The other side takes what fills every buffer between: it has seen the head then.
      response.write(' '.repeat(128 * 1024), () => setImmediate(() => abort.abort()));
    });
    expect(await failureOf(server.target, abort.signal)).toMatchObject({
      code: 'timeout',
      message: expect.stringMatching(/: no (end of the )?response before the deadline$/),
    });
    await server.allClosed();
  });

  it('ends a read before it began', async () => {
    await using server = await serveText(READY);
    const message = `POST ${urlOf(server)}/detail: no connection before the deadline`;
    expect(await failureOf(server.target, AbortSignal.abort())).toMatchObject({ code: 'timeout', message });
    expect(server.connections()).toBe(0);
  });

  it('ends the wait for a connection', async () => {
    await using server = await serveText(READY);
    const abort = new AbortController();
    const failure = failureOf(server.target, abort.signal);
    abort.abort();
    const message = `POST ${urlOf(server)}/detail: no connection before the deadline`;
    expect(await failure).toMatchObject({ code: 'timeout', message });
    await server.allClosed();
  });

  it('ends the wait for an address', async () => {
    await using server = await serveText(READY);
    const abort = new AbortController();
    const failure = failureOf({ ...server.target, host: 'localhost' }, abort.signal);
    abort.abort();
    const message = `POST localhost:${server.target.port}/detail: no address before the deadline`;
    expect(await failure).toMatchObject({ code: 'dns', message });
    expect(server.connections()).toBe(0);
  });

  it('prevents the retry', async () => {
    const abort = new AbortController();
    await using server = await serveSockets((socket) => {
      abort.abort();
      socket.resetAndDestroy();
    });
    expect(await failureOf(server.target, abort.signal)).toMatchObject({ code: 'timeout' });
    expect(server.connections()).toBe(1);
  });

  it('does nothing after the read', async () => {
    const abort = new AbortController();
    await using server = await serveText(READY);
    await reader.readDetail(server.target, abort.signal);
    abort.abort();
    expect(await reader.readDetail(server.target, never)).toMatchObject({ state: 'ready' });
  });
});

describe('the check code', () => {
  const echo = `Access code ${CHECK_CODE} is different`;
  const answers: Record<string, string> = {
    'the text': JSON.stringify({ code: 1, message: echo }),
    'the text in capitals': JSON.stringify({ code: 1, msg: echo.toUpperCase() }),
    'the text, split by a control character': JSON.stringify({ code: 1, message: echo.replace('de', 'd\u0000e') }),
    'the text, split by a control character that is not escaped': `{"code":1,"message":"${echo.replace('de', 'd\u0000e')}"}`,
    'the text at its cut': JSON.stringify({ code: 9, message: 'x'.repeat(116) + CHECK_CODE }),
    'a text that is an object': JSON.stringify({ code: 1, message: { echo } }),
    HTML: `<html>${echo}</html>`,
    'truncated JSON': `{"code":0,"detail":{"name":"${echo}"`,
    'JSON that is no object': JSON.stringify([echo]),
    'the code': JSON.stringify({ code: CHECK_CODE }),
  };
  const heads: Record<string, string> = {
    'the reason phrase': `HTTP/1.1 500 ${echo}\r\n\r\n`,
    'a header': `HTTP/1.1 404 Not Found\r\nX-Echo: ${echo}\r\n\r\n`,
    'no HTTP': `${echo}\r\n`,
    'a broken header': `HTTP/1.1 200 OK\r\n${echo}\r\n\r\n`,
    'a broken chunk': `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${echo}\r\n`,
  };

  function expectNoSecret(told: object): void {
    const shown = inspect(told, { depth: 20, showHidden: true, maxStringLength: null }).toLowerCase();
    expect(shown).not.toContain(CHECK_CODE);
    if (told instanceof Error) expect(`${told.message}${told.stack}`.toLowerCase()).not.toContain(CHECK_CODE);
  }

  it.each(Object.entries(answers))('is in no error when the printer repeats it in %s', async (_where, text) => {
    await using server = await serveText(text);
    expectNoSecret(await failureOf(server.target));
  });

  it.each(Object.entries(heads))('is in no error when the printer repeats it in %s', async (_where, text) => {
    await using server = await serveSockets((socket) => socket.end(text));
    expectNoSecret(await failureOf(server.target));
  });

  it('is in no error when the connection fails', async () => {
    await using server = await serveSockets((socket) => socket.resetAndDestroy());
    expectNoSecret(await failureOf(server.target));
    expectNoSecret(await failureOf(server.target, AbortSignal.abort()));
  });

  it('is withheld like register codes, and the rest of the message stays', async () => {
    const flashRegisterCode = 'F1a5hCode';
    await using server = await serveText(
      JSON.stringify({ code: 2, message: `busy, ${flashRegisterCode}`, detail: { flashRegisterCode } }),
    );
    expect(await failureOf(server.target)).toMatchObject({
      code: 'busy',
      message: `POST ${urlOf(server)}/detail: code 2 (its text holds a secret code), the printer is busy`,
    });
  });

  it.each([
    ['as it is', CHECK_CODE],
    ['in capitals', CHECK_CODE.toUpperCase()],
    ['in hex', Buffer.from(CHECK_CODE).toString('hex')],
    ['in Base64', Buffer.from(CHECK_CODE).toString('base64')],
  ])('is left out of every field of a response that repeats it %s', async (_how, code) => {
    const detail = { status: code, name: `my ${code}`, printFileName: `${code}.gx`, errorCode: code, pid: 36 };
    const slotInfos = [{ slotId: 1, hasFilament: true, materialName: code, materialColor: '#FF0000' }];
    const matlStationInfo = { slotCnt: 1, slotInfos };
    await using server = await serveText(JSON.stringify({ code: 0, detail: { ...detail, matlStationInfo } }));
    const snapshot = await reader.readDetail(server.target, never);
    expectNoSecret(snapshot);
    expect(snapshot).toEqual({
      identity: { model: 'Adventurer 5M Pro', serial: server.target.serialNumber },
      materialSlots: [{ slot: '1', loaded: true, color: '#FF0000' }],
    });
  });

  it('is looked for in a deeply nested response', async () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    await using server = await serveText(`{"code":0,"detail":{"status":"ready","x":${deep}}}`);
    expect(await reader.readDetail(server.target, never)).toMatchObject({ state: 'ready' });
  });

  it('an empty one hides nothing', async () => {
    await using server = await serveText(readCapture('http-error-replies/wrong-checkcode.json'));
    const target = { ...server.target, checkCode: new Secret('') };
    expect((await failureOf(target)).message).toContain('"Access code is different"');
  });
});
