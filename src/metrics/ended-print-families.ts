// The catalog's families about prints that have ended, and the time printed.

import { RESULTS } from '../jobs/result.ts';
import { family } from './family.ts';

export const ENDED_PRINT_FAMILIES = [
  family(
    'flashforge_printing_seconds_total',
    'counter',
    'Time that this exporter saw the printer printing, kept while it is off; for models without a count of their own.',
    [],
    (view, emit) => emit(view.jobs.printingSeconds),
  ),
  family(
    'flashforge_prints_total',
    'counter',
    'Jobs that ended, by result; kept while the printer is off.',
    ['result'],
    ({ jobs }, emit) => {
      for (const result of RESULTS) emit(jobs.totals[result], result);
    },
  ),
  family(
    'flashforge_last_print_end_timestamp_seconds',
    'gauge',
    'When a job last ended with this result: the time of the reading that saw it; kept while the printer is off.',
    ['result'],
    ({ jobs }, emit) => {
      for (const result of RESULTS) emit(jobs.lastEnds[result]?.timestampSeconds, result);
    },
  ),
  family(
    'flashforge_last_print_info',
    'gauge',
    'The job that last ended with this result, always 1; file is empty where the printer names none.',
    ['file', 'result'],
    ({ jobs }, emit) => {
      for (const result of RESULTS) {
        const end = jobs.lastEnds[result];
        if (end) emit(1, end.file, result);
      }
    },
  ),
  family(
    'flashforge_last_print_duration_seconds',
    'gauge',
    'How long the job took that last ended with this result: as the printer counted, else from the start that was seen; kept while the printer is off.',
    ['result'],
    ({ jobs }, emit) => {
      for (const result of RESULTS) emit(jobs.lastEnds[result]?.durationSeconds, result);
    },
  ),
  family(
    'flashforge_last_print_filament_meters',
    'gauge',
    'Filament of the job that was last completed, as the slicer estimated, all tools together; kept while the printer is off.',
    ['result'],
    ({ jobs }, emit) => emit(jobs.lastEnds.completed?.filament?.meters, 'completed'),
  ),
  family(
    'flashforge_last_print_filament_grams',
    'gauge',
    'Filament of the job that was last completed, as the slicer estimated, all tools together; kept while the printer is off.',
    ['result'],
    ({ jobs }, emit) => emit(jobs.lastEnds.completed?.filament?.grams, 'completed'),
  ),
] as const;
