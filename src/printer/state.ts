// The closed list of machine states, and the words printers use for them.

export const STATES = [
  'unknown',
  'ready',
  'busy',
  'heating',
  'printing',
  'pausing',
  'paused',
  'cancelling',
  'cancelled',
  'completed',
  'error',
] as const;

export type State = (typeof STATES)[number];

// MachineStatus words of M119 (docs/architecture.md#data-flow; docs/protocol.md#m119-status names the evidence for each).
const TCP_STATES: Readonly<Record<string, State>> = {
  READY: 'ready',
  IDLE: 'ready',
  BUSY: 'busy',
  HOMING: 'busy',
  HEATING: 'heating',
  BUILDING: 'printing',
  BUILDING_FROM_SD: 'printing',
  BUILDING_ONBOARD: 'printing',
  PRINTING: 'printing',
  PAUSED: 'paused',
  CANCEL_BUILD: 'cancelling',
  BUILDING_COMPLETED: 'completed',
  ERROR: 'error',
  HEAT_SHUTDOWN: 'error',
};

// `status` words of /detail. Firmware and libraries disagree on spelling: docs/protocol.md#http-status-words.
const HTTP_STATES: Readonly<Record<string, State>> = {
  ready: 'ready',
  idle: 'ready',
  busy: 'busy',
  homing: 'busy',
  calibrate_doing: 'busy',
  downloading: 'busy',
  unzipping: 'busy',
  cloud_slicing: 'busy',
  sending: 'busy',
  heating: 'heating',
  printing: 'printing',
  pausing: 'pausing',
  pause: 'paused',
  paused: 'paused',
  canceling: 'cancelling',
  cancelling: 'cancelling',
  cancel: 'cancelled',
  canceled: 'cancelled',
  cancelled: 'cancelled',
  complete: 'completed',
  completed: 'completed',
  error: 'error',
};

// While it only fetches the job, its job numbers are uninitialised memory:
// captures/http-creator5pro-fw1.9.9-job-start/detail-downloading.json
const FETCHING_WORDS: ReadonlySet<string> = new Set(['downloading', 'unzipping']);

function lookUp(table: Readonly<Record<string, State>>, word: string): State {
  return (Object.hasOwn(table, word) ? table[word] : undefined) ?? 'unknown';
}

/**
 * The state that M119's MachineStatus and MoveMode together mean; `unknown` for a word in no table.
 * MoveMode refines only a running build and READY: BUILDING_COMPLETED comes with MoveMode PAUSED
 * (captures/adventurer5m-pro-v2.4.5-completed/M119-completed.txt).
 */
export function stateFromTcp(machineStatus: string, moveMode: string | undefined): State {
  const state = lookUp(TCP_STATES, machineStatus.trim().toUpperCase());
  const mode = moveMode?.trim().toUpperCase() ?? '';
  if (state === 'printing') {
    if (mode === 'PAUSED') return 'paused';
    if (mode.startsWith('WAIT_ON_')) return 'heating';
  }
  if (state === 'ready' && (mode === 'HOMING' || mode === 'MOVING')) return 'busy';
  return state;
}

/** The state that the `status` word of /detail means; `unknown` for a word in no table. */
export function stateFromHttp(status: string): State {
  return lookUp(HTTP_STATES, status.trim().toLowerCase());
}

/** Whether a printer that says this word over HTTP is fetching a job: no job number means anything then. */
export function isFetching(status: string): boolean {
  return FETCHING_WORDS.has(status.trim().toLowerCase());
}

// Outside these a printer may still show the last job's numbers (docs/protocol.md#m27-progress).
const JOB_STATES: ReadonlySet<State> = new Set<State>([
  'heating',
  'printing',
  'pausing',
  'paused',
  'cancelling',
  'completed',
]);

/** Whether job numbers shown in this state belong to a job that is on the plate, running or just completed. */
export function hasJob(state: State | undefined): boolean {
  return state !== undefined && JOB_STATES.has(state);
}

/** Whether a job goes on in this state, so that a remaining time means something. */
export function isJobRunning(state: State | undefined): boolean {
  return hasJob(state) && state !== 'completed';
}
