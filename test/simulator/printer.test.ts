// What a simulated printer says while its job goes on, and what its switches do.

import { afterEach, describe, expect, it } from 'vitest';
import { SIMULATED_MODELS, type SimulatedModel } from '../../src/simulator/models.ts';
import {
  type SimulatedPrinter,
  type SimulatedPrinterOptions,
  startSimulatedPrinter,
} from '../../src/simulator/printer.ts';
import { openWire } from './wire.ts';

const printers: SimulatedPrinter[] = [];
afterEach(async () => {
  await Promise.all(printers.splice(0).map((printer) => printer.close()));
});

let nowMs = 0;
async function start(options: SimulatedPrinterOptions): Promise<SimulatedPrinter> {
  nowMs = 1_000_000;
  const printer = await startSimulatedPrinter({ now: () => nowMs, ...options });
  printers.push(printer);
  return printer;
}

async function ask(printer: SimulatedPrinter, command: string): Promise<string> {
  const wire = await openWire(printer.tcpPort, printer.host);
  const reply = await wire.ask(command);
  wire.destroy();
  return reply.split('\r\n').slice(1, -2).join('|');
}

async function words(printer: SimulatedPrinter): Promise<string> {
  const reply = await ask(printer, 'M119');
  return `${/MachineStatus: (\w+)/u.exec(reply)?.[1]} ${/MoveMode: (\w+)/u.exec(reply)?.[1]}`;
}

const PLAN = { heatMs: 1000, durationMs: 10_000, layers: 200, sizeBytes: 2_000_000, toolCelsius: 210, bedCelsius: 60 };

describe('progress as the model counts it', () => {
  it.each<[SimulatedModel, string, string, string]>([
    [
      'finder',
      'SD printing byte 5525653/5525652',
      'SD printing byte 500000/2000000',
      'SD printing byte 2000001/2000000',
    ],
    ['dreamer', 'SD printing byte 0/0', 'SD printing byte 500000/2000000', 'SD printing byte 2000000/2000000'],
    ['adventurer3', 'SD printing byte 0/100', 'SD printing byte 25/100', 'SD printing byte 100/100'],
    [
      'adventurer4',
      'SD printing byte 0/100',
      'SD printing byte 25/100|Layer: 50/200',
      'SD printing byte 100/100|Layer: 200/200',
    ],
    ['creator4', 'SD printing byte 0/1000', 'SD printing byte 250/1000', 'SD printing byte 1000/1000'],
    [
      'adventurer5m',
      'SD printing byte 0/100|Layer: 0/200',
      'SD printing byte 25/100|Layer: 50/200',
      'SD printing byte 100/100|Layer: 200/200',
    ],
  ])('%s', async (model, heating, printing, completed) => {
    const printer = await start({ model, job: PLAN });
    expect(await ask(printer, 'M27')).toBe(heating);
    nowMs += 3500;
    expect(await ask(printer, 'M27')).toBe(printing);
    nowMs += 7500;
    expect(await ask(printer, 'M27')).toBe(completed);
    nowMs += 86_400_000;
    expect(await ask(printer, 'M27')).toBe(completed);
  });

  it('keeps the last job on an old printer until the next one prints', async () => {
    const printer = await start({ model: 'adventurer3', job: PLAN });
    nowMs += 20_000;
    printer.start({ ...PLAN, file: 'next.gx' });
    expect(await ask(printer, 'M27')).toBe('SD printing byte 100/100');
    expect(await words(printer)).toBe('BUILDING_FROM_SD WAIT_ON_PLATFORM');
    nowMs += 1000;
    expect(await ask(printer, 'M27')).toBe('SD printing byte 0/100');
  });

  it('does so in a loop, too', async () => {
    const printer = await start({ model: 'finder', job: { ...PLAN, plateMs: 5000 } });
    nowMs += 16_500;
    expect(await ask(printer, 'M27')).toBe('SD printing byte 2000001/2000000');
    expect(await words(printer)).toBe('BUILDING_FROM_SD WAIT_ON_TOOL');
  });

  it('keeps where a cancelled job stood on an old printer', async () => {
    const printer = await start({ model: 'adventurer4', job: PLAN });
    nowMs += 3500;
    printer.cancel();
    expect(await words(printer)).toBe('READY READY');
    expect(await ask(printer, 'M27')).toBe('SD printing byte 25/100|Layer: 50/200');
  });
});

describe('a job on a 5M Pro', () => {
  it('heats, prints, pauses, resumes, completes, and is cleared', async () => {
    const printer = await start({ model: 'adventurer5m-pro', job: { ...PLAN, file: 'a b.3mf' } });
    expect(await words(printer)).toBe('BUILDING_FROM_SD WAIT_ON_PLATFORM');
    nowMs += 750;
    expect(await words(printer)).toBe('BUILDING_FROM_SD WAIT_ON_TOOL');
    expect(await ask(printer, 'M105')).toBe('T0:113.9/210.0 T1:0.0/0.0 B:60.0/60.0');
    nowMs += 250;
    expect(await words(printer)).toBe('BUILDING_FROM_SD MOVING');
    expect(await ask(printer, 'M119')).toContain('CurrentFile: a b.3mf');
    expect(await ask(printer, 'M105')).toBe('T0:210.0/210.0 T1:0.0/0.0 B:60.0/60.0');
    printer.pause();
    nowMs += 99_000;
    expect(await words(printer)).toBe('PAUSED PAUSED');
    printer.resume();
    nowMs += 10_000;
    expect(await words(printer)).toBe('BUILDING_COMPLETED PAUSED');
    expect(await ask(printer, 'M105')).toBe('T0:210.0/0.0 T1:0.0/0.0 B:60.0/0.0');
    nowMs += 1000;
    expect(await ask(printer, 'M105')).toBe('T0:17.9/0.0 T1:0.0/0.0 B:18.5/0.0');
    printer.clear();
    expect(await words(printer)).toBe('READY READY');
    expect(await ask(printer, 'M27')).toBe('SD printing byte 0/100|Layer: 0/0');
  });

  it('fails until it is cleared', async () => {
    const printer = await start({ model: 'adventurer5m-pro', job: PLAN });
    nowMs += 2000;
    printer.fail('E0003');
    expect(await words(printer)).toBe('ERROR READY');
    expect(printer.reading).toMatchObject({ httpStatus: 'error', errorCode: 'E0003' });
    printer.clear();
    expect(await words(printer)).toBe('READY READY');
  });
});

describe('the switches', () => {
  it('says what is laid over its reading', async () => {
    const printer = await start({ model: 'finder', name: 'Früh"stück' });
    printer.setOverride({ machineStatus: 'DANCING' });
    expect(await words(printer)).toBe('DANCING READY');
    expect(Buffer.from(await ask(printer, 'M115'), 'latin1').toString()).toContain('Machine Name: Früh"stück');
  });

  it('loses connections, ports and the job with the power, and has the ports back', async () => {
    const printer = await start({ model: 'adventurer5m', job: PLAN });
    const { tcpPort } = printer;
    const wire = await openWire(tcpPort);
    await printer.switchOff();
    await wire.ended;
    expect(printer.isOn).toBe(false);
    await expect(openWire(tcpPort)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await expect(openWire(printer.httpPort)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await printer.switchOn();
    expect(printer.tcpPort).toBe(tcpPort);
    expect(await words(printer)).toBe('READY READY');
  });

  it('ends as on when it is switched off and on in one go', async () => {
    const printer = await start({ model: 'finder' });
    await Promise.all([printer.switchOff(), printer.switchOn()]);
    expect(await words(printer)).toBe('READY READY');
  });

  it('counts connections and keeps the last commands', async () => {
    const printer = await start({ model: 'finder' });
    const first = await openWire(printer.tcpPort);
    const second = await openWire(printer.tcpPort);
    await first.ask('M601 S1');
    await second.ask('M119');
    expect(printer.stats).toMatchObject({ tcpConnections: 2, openTcpConnections: 2, maxOpenTcpConnections: 2 });
    expect(printer.stats.commands).toEqual(['~M601 S1', '~M119']);
    first.send('~M105\r\n'.repeat(1100));
    await first.receive((text) => text.split('ok\r\n').length > 1100);
    expect(printer.stats.commands).toHaveLength(1000);
    first.destroy();
    second.destroy();
  });

  it('gives control to one connection at a time', async () => {
    const printer = await start({ model: 'finder' });
    const first = await openWire(printer.tcpPort);
    const second = await openWire(printer.tcpPort);
    expect(await first.ask('M601 S1')).toContain('Control Success.');
    expect(await second.ask('M601 S1')).toContain('Control failed.');
    expect(await second.ask('M119')).toContain('READY');
    expect(await first.ask('M602')).toContain('Control Release.');
    expect(await second.ask('M601 S1')).toContain('Control Success.');
    first.destroy();
    second.destroy();
  });

  it('acknowledges what it does not know, and takes commands in pieces or joined', async () => {
    const printer = await start({ model: 'finder' });
    const wire = await openWire(printer.tcpPort);
    expect(await wire.ask('M999 X')).toBe('CMD M999 Received.\r\nok\r\n');
    wire.send('~M1');
    wire.send('05\n~M27\r\n');
    const both = await wire.receive((text) => text.split('ok\r\n').length === 3);
    expect(both).toMatch(/^CMD M105 [\s\S]*CMD M27 /u);
    wire.destroy();
  });

  it('has a TCP side unless it is a Creator 5, on any loopback address', async () => {
    for (const [index, model] of SIMULATED_MODELS.entries()) {
      const printer = await start({ model, host: `127.0.3.${index + 1}` });
      expect(printer.tcpPort === undefined).toBe(model.startsWith('creator5'));
      if (printer.tcpPort !== undefined) expect(await words(printer)).toBe('READY READY');
    }
  });

  it('lets go of what it had opened when a port is taken', async () => {
    const holder = await start({ model: 'finder' });
    const taken = start({ model: 'finder', tcpPort: holder.tcpPort ?? 0 });
    await expect(taken).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  it('is cheap enough for a thousand in one process, whose clients go at any time', async () => {
    const many = await Promise.all(Array.from({ length: 1000 }, () => start({ model: 'finder', latencyMs: 5 })));
    const wires = await Promise.all(many.slice(0, 200).map((printer) => openWire(printer.tcpPort)));
    const replies = await Promise.all(
      wires.map(async (wire, index) => {
        if (index % 2 === 0) return wire.ask('M105');
        wire.send('~M105\r\n');
        wire.destroy();
        return '';
      }),
    );
    expect(replies.filter((reply) => reply.includes('T0:24 /0 B:0 /0'))).toHaveLength(100);
    for (const wire of wires) wire.destroy();
  });
});
