// Printers that hang, and printers that are not reachable: how long a read takes, and what it keeps.

import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { blackhole } from '../support/blackhole.ts';
import {
  closedPort,
  commandsIn,
  pump,
  replyWithoutOk,
  type ScriptedReply,
  silence,
  startScriptedPrinter,
} from '../support/scripted-printer.ts';
import { IDLE, LONG, partsOf, problemsOf, readPrinter, SHORT } from './reading.ts';

describe('a printer that falls silent', () => {
  it('ends the conversation at a command without a reply, and keeps what was read before', async () => {
    await using printer = await startScriptedPrinter({ ...IDLE, M27: silence });
    const reading = await readPrinter(printer, { limits: SHORT, identity: true });
    await printer.allClosed();
    expect(commandsIn(printer.received[0])).toEqual(['M119', 'M105', 'M27']);
    expect(partsOf(reading)).toEqual(['m119', 'm105']);
    expect(reading.failure).toBeUndefined();
    expect(problemsOf(reading)).toEqual({
      M27: 'timeout | M27: no whole reply within 150 ms, 0 bytes came',
      M114: 'timeout | M27: no whole reply within 150 ms, 0 bytes came',
      M115: 'timeout | M27: no whole reply within 150 ms, 0 bytes came',
    });
  });

  it('is not read if it never sends a byte', async () => {
    await using printer = await startScriptedPrinter({ M119: silence });
    const { failure } = await readPrinter(printer, { login: 'always', limits: SHORT });
    expect(failure).toMatchObject({
      code: 'timeout',
      detail: 'mute',
      message: 'M119: no whole reply within 150 ms, 0 bytes came',
    });
  });

  it('limits a reply to the time of its command, however slowly it trickles in', async () => {
    const trickle: ScriptedReply = async (client) => {
      await client.part('CMD M105 Received.\r\n');
      await pump(client, '\r\n');
    };
    await using printer = await startScriptedPrinter({ ...IDLE, M105: trickle });
    const { problems } = await readPrinter(printer, { limits: { ...LONG, commandMs: 100, replyBytes: 1e9 } });
    await printer.allClosed();
    expect(problems.get('M105')).toMatchObject({
      code: 'timeout',
      message: expect.stringMatching(/^M105: no whole reply within 100 ms, \d+ bytes came$/),
    });
  });

  it('does not take a pause in replies to other clients for the end of its own', async () => {
    const foreign = `N0001 ok.\r\n${replyWithoutOk('M119', 'MachineStatus: BUSY')}`;
    await using printer = await startScriptedPrinter({ ...IDLE, M105: foreign });
    const beganAt = performance.now();
    const { problems } = await readPrinter(printer, { limits: { ...LONG, commandMs: 150, silenceMs: 1 } });
    expect(performance.now() - beganAt).toBeGreaterThan(145);
    expect(problems.get('M105')?.code).toBe('timeout');
  });

  it('does not take a late reply for that of the next command', async () => {
    let answerLate = (): void => {};
    const late: ScriptedReply = ({ socket }) => {
      answerLate = () => void socket.write(String(IDLE['M105']));
    };
    await using printer = await startScriptedPrinter({ ...IDLE, M105: late });
    const first = await readPrinter(printer, { limits: SHORT });
    answerLate();
    expect(partsOf(first)).toEqual(['m119']);
    await printer.allClosed();
    expect(commandsIn(printer.received[0])).toEqual(['M119', 'M105']);
  });
});

describe('the deadline', () => {
  it.each(['M119', 'M105', 'M27', 'M114', 'M115'])(
    'during %s: what came before is kept, the socket closed',
    async (at) => {
      const deadline = new AbortController();
      const order = ['M119', 'M105', 'M27', 'M114', 'M115'];
      const before = order.slice(0, order.indexOf(at));
      await using printer = await startScriptedPrinter({ ...IDLE, [at]: () => deadline.abort() });
      const reading = await readPrinter(printer, { identity: true }, deadline.signal);
      await printer.allClosed();
      expect(commandsIn(printer.received[0])).toEqual([...before, at]);
      expect(partsOf(reading)).toEqual(before.map((command) => command.toLowerCase()));
      expect([...reading.problems.keys()]).toEqual(order.slice(order.indexOf(at)));
      expect(reading.problems.get('M115')).toMatchObject({
        code: 'timeout',
        message: `${at}: no whole reply before the deadline, 0 bytes came`,
      });
      expect(reading.failure?.code).toBe(at === 'M119' ? 'timeout' : undefined);
    },
  );

  it('reports how many bytes came', async () => {
    const deadline = new AbortController();
    await using printer = await startScriptedPrinter({
      ...IDLE,
      M105: async ({ part }) => {
        await part('CMD M105 Received.\r\nT0');
        // The client has it after one turn of its own.
        await turn();
        deadline.abort();
      },
    });
    const { problems } = await readPrinter(printer, {}, deadline.signal);
    expect(problems.get('M105')?.message).toBe('M105: no whole reply before the deadline, 22 bytes came');
  });

  it('that has passed already', async () => {
    await using printer = await startScriptedPrinter(IDLE);
    const reading = await readPrinter(printer, {}, AbortSignal.abort());
    expect(reading.failure?.code).toBe('timeout');
    expect(partsOf(reading)).toEqual([]);
    expect(printer.received.join('')).toBe('');
  });

  it('does not come a second time for a reconnect', async () => {
    const deadline = new AbortController();
    await using printer = await startScriptedPrinter({
      ...IDLE,
      M27: ({ socket }) => {
        deadline.abort();
        socket.resetAndDestroy();
      },
    });
    const reading = await readPrinter(printer, {}, deadline.signal);
    expect(printer.received).toHaveLength(1);
    expect(reading.problems.get('M27')?.code).toBe('timeout');
  });
});

describe('not reachable', () => {
  it('refused', async () => {
    const port = await closedPort();
    const { failure } = await readPrinter({ target: { host: '127.0.0.1', port } });
    expect(failure).toMatchObject({ code: 'refused', message: `connect 127.0.0.1:${port}: ECONNREFUSED` });
  });

  it('refused after a reset', async () => {
    await using printer = await startScriptedPrinter({
      ...IDLE,
      M27: ({ socket }) => {
        printer.refuse();
        socket.resetAndDestroy();
      },
    });
    const reading = await readPrinter(printer);
    expect(reading.problems.get('M27')?.code).toBe('refused');
    expect(partsOf(reading)).toEqual(['m119', 'm105']);
  });

  it.each(['printer.invalid', 'a..b'])('an invalid name: %s', async (host) => {
    const { failure } = await readPrinter({ target: { host, port: 8899 } }, { limits: { ...LONG, connectMs: 2000 } });
    expect(failure?.code).toBe('dns');
    expect(failure?.message).toMatch(new RegExp(`^connect ${host.replaceAll('.', '[.]')}:8899: `));
  });

  it('a name at a deadline that has passed', async () => {
    const { failure } = await readPrinter(
      { target: { host: 'printer.invalid', port: 8899 } },
      { identity: true },
      AbortSignal.abort(),
    );
    expect(failure?.code).toBe('dns');
  });

  it('a printer that is off takes no longer than the time to connect', async () => {
    await using hole = await blackhole();
    const { failure } = await readPrinter(hole, { limits: { ...LONG, connectMs: 100 } });
    expect(failure).toMatchObject({
      code: 'timeout',
      message: `connect 127.0.0.1:${hole.target.port}: no answer within 100 ms`,
    });
  });

  it('a printer that is off, at the deadline', async () => {
    await using hole = await blackhole();
    const { failure } = await readPrinter(hole, {}, AbortSignal.timeout(50));
    expect(failure).toMatchObject({
      code: 'timeout',
      message: `connect 127.0.0.1:${hole.target.port}: deadline reached`,
    });
  });
});
