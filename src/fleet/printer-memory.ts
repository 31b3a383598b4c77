// What is remembered of one printer between reads, and its view after one.

import type { CancelSignal } from '../common/cancellation.ts';
import type { Identities } from '../jobs/identity-schema.ts';
import { shownProgress } from '../jobs/shown-job.ts';
import { followPrintClock, type PrintClock, progressInUnknownState } from '../jobs/unknown-state.ts';
import { adviceFor, type KnownFacts } from '../printer/advice.ts';
import { type PrinterConfig, protocolsOf } from '../printer/config.ts';
import { withPresentHardware } from '../printer/merge.ts';
import type { Identity, Snapshot } from '../printer/snapshot.ts';
import type { State } from '../printer/state.ts';
import type { TcpHabits } from '../tcp/habits.ts';
import type { MachineInfo } from '../tcp/m115.ts';
import { TcpHabitsMemory } from './failing-commands.ts';
import { FailureLog } from './failures.ts';
import { type CheckPort, HttpPortMemory } from './http-port.ts';
import { IdentityMemory } from './identity.ts';
import { type JobDependencies, JobKeeper } from './job-keeper.ts';
import { RememberedJobs } from './jobs-view.ts';
import { LocalFailures } from './local-failures.ts';
import type { Reading } from './reader.ts';
import type { EndpointView, PrinterView } from './view.ts';

/** What the memory of a printer needs of its surroundings. */
export interface MemoryDependencies extends JobDependencies {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Looks whether a printer that refuses TCP has an open HTTP port; undefined: never look. */
  readonly checkPort?: CheckPort | undefined;
  /** Logs failures of this machine, once for all printers that share it. */
  readonly localFailures?: LocalFailures | undefined;
  /** What the printer said it is before a restart. */
  readonly recallIdentities?: ((printer: string) => Identities | undefined) | undefined;
  /** Called with what the printer says it is when that changes. */
  readonly saveIdentities?: ((printer: string, identities: Identities) => void) | undefined;
}

export class PrinterMemory {
  readonly #name: string;
  readonly #dependencies: MemoryDependencies;
  readonly #labels: Readonly<{ printer: string }>;
  readonly #failures: FailureLog;
  readonly #identity: IdentityMemory;
  readonly #tcpHabits: TcpHabitsMemory;
  readonly #httpPort: HttpPortMemory;
  readonly #localFailures: LocalFailures;
  readonly #jobs: JobKeeper;
  #lastSeenSeconds: number | undefined;
  #lastState: State | undefined;
  #printClock: PrintClock | undefined;

  constructor(name: string, dependencies: MemoryDependencies) {
    this.#name = name;
    this.#dependencies = dependencies;
    this.#labels = { printer: name };
    this.#failures = new FailureLog(name, dependencies.log);
    this.#identity = new IdentityMemory(name, dependencies.log, dependencies.recallIdentities?.(name));
    this.#tcpHabits = new TcpHabitsMemory(name, dependencies.log);
    this.#httpPort = new HttpPortMemory(dependencies.checkPort);
    this.#localFailures = dependencies.localFailures ?? new LocalFailures(dependencies.log);
    this.#jobs = new JobKeeper(name, dependencies);
    // After a restart, a printer that is off was last seen before it.
    this.#lastSeenSeconds = this.#jobs.memory.lastContact?.wallSeconds;
  }

  /** The last M115 reply; not every read asks for it. */
  get machineInfo(): MachineInfo | undefined {
    return this.#identity.machineInfo;
  }

  /** What the printer said it is; undefined before the first contact. */
  get identity(): Identity | undefined {
    return this.#identity.identity;
  }

  /** What earlier reads have learned about the TCP endpoint. */
  get tcpHabits(): TcpHabits {
    return this.#tcpHabits.habits;
  }

  /** Forgets what belongs to an address, since another printer may be at the new one. */
  forgetAddress(): void {
    // Ask for its identity before it is shown with the old one's.
    this.#identity.expire();
    this.#tcpHabits.reset();
    this.#httpPort.forget();
  }

  /**
   * Looks whether a printer that refuses TCP has an open HTTP port; seldom, and never without need.
   * @returns undefined if there is nothing to wait for
   */
  lookAtHttpPort(reading: Reading, config: PrinterConfig, signal: CancelSignal): Promise<void> | undefined {
    return this.#httpPort.lookAfter(reading.endpoints, config, this.#dependencies.now(), signal);
  }

  /** Takes in what any read, even one that was cut short, has learned about the TCP endpoint. */
  noteHabits(reading: Reading): void {
    this.#tcpHabits.note(reading);
  }

  /** Logs a failure that is not counted. */
  logUncounted({ endpoints }: Reading, config: PrinterConfig): void {
    this.#failures.logUncounted(endpoints, this.#facts(config));
  }

  /** Whether the next read should ask what the printer is. */
  get needsIdentity(): boolean {
    return this.#identity.isDue(this.#dependencies.now()) || this.#failures.failedLast('tcp');
  }

  /** What the next step after a failure depends on, beside the read itself. */
  #facts({ tcp }: PrinterConfig): KnownFacts {
    return {
      model: this.#identity.identity?.model,
      port: tcp?.port,
      login: tcp?.login,
      httpOpen: this.#httpPort.isOpen,
    };
  }

  /**
   * Takes in a whole read.
   * @returns settles once an end of a print is on disk; undefined if there is nothing to wait for
   */
  note(reading: Reading, config: PrinterConfig): Promise<void> | undefined {
    const nowMs = this.#dependencies.now();
    const { byProtocol } = this.#identity;
    // First, since what to do about a failure may depend on the model.
    this.#identity.note(reading, config.tcp !== undefined, nowMs);
    if (this.#identity.byProtocol !== byProtocol)
      this.#dependencies.saveIdentities?.(this.#name, this.#identity.byProtocol);
    this.#failures.note(reading.endpoints, this.#facts(config));
    this.#localFailures.note(this.#name, reading.endpoints, nowMs);
    this.#failures.noteWords(reading.snapshot);
    if (reading.up) {
      this.#lastSeenSeconds = nowMs / 1000;
      this.#lastState = reading.snapshot.state;
    }
    const written = this.#jobs.note(reading, nowMs);
    this.#printClock = followPrintClock(this.#printClock, reading.snapshot);
    for (const [command, { code, message: reason }] of reading.problems) {
      this.#dependencies.log.debug('part missing', { printer: this.#name, command, code, reason });
    }
    return written;
  }

  /** The printer after this reading. */
  view(reading: Reading, durationSeconds: number, config: PrinterConfig): PrinterView {
    const { up, endpoints, snapshot } = reading;
    const views = endpoints.map((endpoint) => {
      const { protocol, failure } = endpoint;
      const advice = failure && adviceFor(endpoint, endpoints, this.#facts(config));
      return { protocol, up: !failure, failure, advice };
    });
    // Not every read asks what the model is.
    const shown = up ? withPresentHardware(snapshot, this.#identity.identity?.model) : undefined;
    return this.#viewWith(views, durationSeconds, shown, config);
  }

  /** The printer before its first reading. */
  viewWithoutReading(durationSeconds: number, config: PrinterConfig): PrinterView {
    const endpoints = protocolsOf(config).map((protocol) => ({ protocol, up: false, failure: undefined }));
    return this.#viewWith(endpoints, durationSeconds, undefined, config);
  }

  /** What was read, if the printer is up, and what is remembered. */
  #viewWith(
    endpoints: readonly EndpointView[],
    durationSeconds: number,
    snapshot: Snapshot | undefined,
    config: PrinterConfig,
  ): PrinterView {
    const { memory } = this.#jobs;
    return {
      labels: this.#labels,
      staticLabels: config.labels,
      address: config.address,
      up: snapshot !== undefined,
      endpoints,
      durationSeconds,
      failures: this.#failures.counts,
      lastSeenSeconds: this.#lastSeenSeconds,
      lastState: this.#lastState,
      identity: this.#identity.identity,
      snapshot,
      progress: snapshot && (shownProgress(memory, snapshot) ?? progressInUnknownState(this.#printClock, snapshot)),
      jobs: new RememberedJobs(memory, snapshot),
      failingCommands: this.#tcpHabits.failing,
    };
  }
}
