// The closed set of failure codes, and which errors of the network become which.

import { describe, expect, it } from 'vitest';
import { errnoOf } from '../../src/common/errno.ts';
import { FAILURE_CODES, type FailureCode, fromSocketError, PrinterError } from '../../src/printer/errors.ts';

function errno(code: string): Error {
  return Object.assign(new Error(`connect ${code} 192.168.1.50:8899`), { code });
}

it('has a closed set of codes', () => {
  expect(FAILURE_CODES.join(' ')).toBe(
    'dns refused unreachable timeout closed protocol denied auth lan_mode busy local',
  );
});

describe('fromSocketError', () => {
  it.each<readonly [errno: string, code: FailureCode]>([
    ['ENOTFOUND', 'dns'],
    ['EAI_AGAIN', 'dns'],
    ['EAI_FAIL', 'dns'],
    ['EAI_NODATA', 'dns'],
    ['EAI_NONAME', 'dns'],
    ['ECONNREFUSED', 'refused'],
    ['EHOSTUNREACH', 'unreachable'],
    ['ENETUNREACH', 'unreachable'],
    ['EHOSTDOWN', 'unreachable'],
    ['ENETDOWN', 'unreachable'],
    ['ETIMEDOUT', 'timeout'],
    ['ECONNRESET', 'closed'],
    ['ECONNABORTED', 'closed'],
    ['EPIPE', 'closed'],
  ])('%s is %s', (name, code) => {
    const cause = errno(name);
    const error = fromSocketError(cause, 'connect 192.168.1.50:8899');
    expect(error).toBeInstanceOf(PrinterError);
    expect(error).toMatchObject({ name: 'PrinterError', code, message: `connect 192.168.1.50:8899: ${name}`, cause });
  });

  it.each([
    ['EMFILE', 'LimitNOFILE='],
    ['ENFILE', 'fs.file-max'],
    ['ENOBUFS', 'memory'],
    ['ENOMEM', 'MemoryMax='],
    ['EADDRNOTAVAIL', 'ip_local_port_range'],
    ['EPERM', 'firewall'],
    ['EACCES', 'IPAddressAllow='],
    ['EAFNOSUPPORT', 'RestrictAddressFamilies='],
  ])('%s is local, and the message names this machine and %s', (name, setting) => {
    const error = fromSocketError(errno(name), 'connect 192.168.1.50:8899');
    expect(error.code).toBe('local');
    expect(error.message).toMatch(
      new RegExp(`^connect 192\\.168\\.1\\.50:8899: ${name}: (this machine|the exporter) .*${setting}`),
    );
  });

  it.each<readonly [title: string, thrown: unknown, message: string]>([
    ['an error without a code', new Error('socket hang up'), 'M119: socket hang up'],
    ['an error whose code is no text', Object.assign(new Error('odd'), { code: 7 }), 'M119: odd'],
    ['no error at all', 'text', 'M119: text'],
    ['null', null, 'M119: null'],
  ])('%s is unreachable', (_title, thrown, message) => {
    expect(fromSocketError(thrown, 'M119')).toMatchObject({ code: 'unreachable', message, cause: thrown });
  });

  it('leaves a PrinterError as it is', () => {
    const error = new PrinterError('denied', 'M119: refused');
    expect(fromSocketError(error, 'M105')).toBe(error);
  });
});

describe('errnoOf', () => {
  it.each<readonly [title: string, error: unknown, code: string | undefined]>([
    ['the error itself', errno('EPIPE'), 'EPIPE'],
    ['its cause', new TypeError('fetch failed', { cause: errno('ECONNRESET') }), 'ECONNRESET'],
    ['the cause of its cause', new Error('a', { cause: new Error('b', { cause: errno('EPIPE') }) }), 'EPIPE'],
    [
      'all addresses of a name',
      Object.assign(new AggregateError([errno('ECONNREFUSED')]), { code: 'ECONNREFUSED' }),
      'ECONNREFUSED',
    ],
    ['none', new Error('a'), undefined],
    ['nothing', undefined, undefined],
    ['null', null, undefined],
    ['text', 'EPIPE', undefined],
  ])('%s', (_title, error, code) => {
    expect(errnoOf(error)).toBe(code);
  });
});
