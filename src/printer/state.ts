// The closed list of machine states, and the words that printers use for them.

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

function tableOf(states: Readonly<Record<string, State>>): ReadonlyMap<string, State> {
  return new Map(Object.entries(states));
}

// MachineStatus words of M119; docs/protocol.md#m119-status has the evidence for each.
const TCP_STATES = tableOf({
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
});

// `status` words of /detail. Firmware versions and client libraries spell them differently: docs/protocol.md#http-status-words.
const HTTP_STATES = tableOf({
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
  print: 'printing',
  building: 'printing',
  working: 'printing',
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
  finish: 'completed',
  finished: 'completed',
  error: 'error',
});

// While a printer fetches the job, its job fields are uninitialised memory:
// test/captures/http-creator5pro-fw1.9.9-job-start/detail-downloading.json
const FETCHING_WORDS: ReadonlySet<string> = new Set(['downloading', 'unzipping']);

/**
 * The state for M119's MachineStatus and MoveMode together; `unknown` for any other word.
 * MoveMode refines only a running build and READY: BUILDING_COMPLETED comes with MoveMode PAUSED
 * (test/captures/adventurer5m-pro-v2.4.5-completed/M119-completed.txt).
 */
export function stateFromTcp(machineStatus: string, moveMode: string | undefined): State {
  const state = TCP_STATES.get(machineStatus.trim().toUpperCase()) ?? 'unknown';
  const mode = moveMode?.trim().toUpperCase() ?? '';
  if (state === 'printing') {
    if (mode === 'PAUSED') return 'paused';
    if (mode.startsWith('WAIT_ON_')) return 'heating';
  }
  if (state === 'ready' && (mode === 'HOMING' || mode === 'MOVING')) return 'busy';
  return state;
}

/** The state for the `status` word of /detail; `unknown` for any other word. */
export function stateFromHttp(status: string): State {
  return HTTP_STATES.get(status.trim().toLowerCase()) ?? 'unknown';
}

/** Whether this `status` word of /detail means that the printer is fetching a job: its job fields are garbage then. */
export function isFetching(status: string): boolean {
  return FETCHING_WORDS.has(status.trim().toLowerCase());
}

// In any other state a printer may still show the last job's numbers (docs/protocol.md#m27-progress).
const JOB_STATES: ReadonlySet<State> = new Set<State>([
  'heating',
  'printing',
  'pausing',
  'paused',
  'cancelling',
  'completed',
]);

/** Whether job numbers in this state belong to a job that runs, or that is completed and still on the plate. */
export function hasJob(state: State | undefined): boolean {
  return state !== undefined && JOB_STATES.has(state);
}

/** Whether a job is under way in this state, so that a remaining time makes sense. */
export function isJobRunning(state: State | undefined): boolean {
  return hasJob(state) && state !== 'completed';
}
