// What every reading of a printer that was reached leaves in its memory, whatever its job does.

import { serialKey } from '../printer/identifiers.ts';
import { type Clocks, gapBetween } from './clocks.ts';
import { isContactLost } from './judge-outcome.ts';
import { type EveryKey, emptyMemory, type JobMemory } from './memory.ts';
import type { ContactReading } from './reading.ts';

// Longer than two scrapes at the slowest interval: how a job began meanwhile was not seen, nor whether it printed on.
export const MAX_SEEN_GAP_SECONDS = 660;

/** The memory with this contact noted: when it was, and the time that the printer was seen printing. */
export function noteContact(before: JobMemory, reading: ContactReading, now: Clocks): EveryKey<JobMemory> {
  const { serial } = reading;
  const wasPrinting = reading.state === 'printing';
  const printingSeconds = before.printingSeconds + (wasPrinting ? printingTime(before, now) : 0);
  const isOther = serial !== undefined && before.serial !== undefined && serialKey(before.serial) !== serialKey(serial);
  if (isOther) {
    // What happened under this printer's name stays; what runs is another printer's.
    const { totals, lastEnds } = before;
    return { ...emptyMemory(), totals, lastEnds, printingSeconds, wasPrinting, lastContact: now, serial };
  }
  const { job } = before;
  const isLost = job !== undefined && !job.end && !job.goneAt && !job.contactLost && isContactLost(before, now);
  return {
    serial: serial ?? before.serial,
    baselined: before.baselined,
    lastContact: now,
    failedReads: 0,
    wasPrinting,
    printingSeconds,
    idle: before.idle,
    lastJob: before.lastJob,
    endsAtFull: before.endsAtFull,
    job: isLost ? { ...job, contactLost: true } : job,
    totals: before.totals,
    lastEnds: before.lastEnds,
  };
}

/** The time up to a reading of printing, when the one before it showed the printer printing as well. */
function printingTime({ lastContact, wasPrinting }: JobMemory, now: Clocks): number {
  const seconds = wasPrinting && lastContact ? gapBetween(lastContact, now).seconds : undefined;
  return seconds !== undefined && seconds <= MAX_SEEN_GAP_SECONDS ? seconds : 0;
}
