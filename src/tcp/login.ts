// Whether a read logs in (M601), and whether it has to log out (M602). A login takes control and locks FlashPrint out, so it
// happens only if the printer requires it or the configuration says so (docs/protocol.md#tcp-login-m601-m602).

import type { LoginMode } from '../printer/config.ts';
import { PrinterError } from '../printer/errors.ts';
import type { Command } from './commands.ts';
import { mayWaitForLogin, type TcpHabits } from './habits.ts';

/** The login of one read, over all its connections. */
export class Login {
  readonly #mode: LoginMode;
  /** Whether to log in before the next read command. */
  #isNeeded: boolean;
  /** Whether a login may still be tried. */
  #mayTry: boolean;
  /** Whether a read command was refused, and the login is for its sake. */
  #isForRefused = false;
  /** Whether this connection holds control, or may hold it: after a login without an answer, or with an unknown one. */
  #holdsControl = false;
  /** Set while it is not known whether a printer that sent no byte waits for a login. */
  #silence: PrinterError | undefined;
  #denial: PrinterError | undefined;

  constructor(mode: LoginMode, habits: TcpHabits) {
    this.#mode = mode;
    this.#silence = mode === 'auto' ? habits.silence : undefined;
    this.#isNeeded =
      mode === 'always' || (mode === 'auto' && (habits.login === 'needed' || habits.silence !== undefined));
    this.#mayTry = mode === 'auto' && !this.#isNeeded;
  }

  get holdsControl(): boolean {
    return this.#holdsControl;
  }

  /** Whether M601 has to be sent before the next read command. */
  get isDue(): boolean {
    return this.#isNeeded && !this.#holdsControl;
  }

  /** Whether the login is for the sake of a read command that was refused. */
  get isForRefused(): boolean {
    return this.#isForRefused;
  }

  /** Why the login was refused; undefined if it was not. */
  get denial(): PrinterError | undefined {
    return this.#denial;
  }

  /** Whether the login is to find out why the printer is silent. */
  get isTrial(): boolean {
    return this.#silence !== undefined;
  }

  sent(): void {
    this.#holdsControl = true;
  }

  granted(): void {
    this.#isForRefused = false;
  }

  /** @returns whether a refused read command was waiting for this login: it stays refused */
  refused(reason: string): boolean {
    const wasForRefused = this.#isForRefused;
    this.#isNeeded = false;
    this.#isForRefused = false;
    this.#holdsControl = false;
    this.#denial = this.denied('M601', reason);
    return wasForRefused;
  }

  /** The connection has ended, or the printer has confirmed the logout. */
  released(): void {
    this.#holdsControl = false;
  }

  /** The printer has refused a read command. @returns whether to log in and send it again */
  startAfterRefusal(): boolean {
    if (!this.#mayTry) return false;
    this.#mayTry = false;
    this.#isNeeded = true;
    this.#isForRefused = true;
    return true;
  }

  /**
   * The printer has sent not one byte in the whole time of the first command: some printers say nothing before a login.
   * @returns whether to log in on a new connection
   */
  startAfterSilence(silence: PrinterError, habits: TcpHabits, nowMs: number): boolean {
    if (!this.#mayTry || !mayWaitForLogin(habits, nowMs)) return false;
    this.#mayTry = false;
    this.#isNeeded = true;
    this.#silence = silence;
    return true;
  }

  /** The printer has replied to a read command. @returns the habits with what that says about the login */
  learn(habits: TcpHabits): TcpHabits {
    this.#silence = undefined;
    const login = this.#holdsControl ? 'needed' : 'not-needed';
    return this.#mode !== 'auto' || habits.login === login ? habits : { ...habits, login };
  }

  /** Why the read failed, if the printer says nothing after a login either. */
  get silentAfterLogin(): PrinterError | undefined {
    const { code, message } = this.#silence ?? {};
    return code && new PrinterError(code, `${message}, and none after a login (M601)`, { detail: 'mute' });
  }

  /** Adds a hint to the failure of a printer that says nothing. */
  explained(error: PrinterError): PrinterError {
    if (this.#mode !== 'never') return error;
    const hint = 'some printers say nothing before a login, and login is set to never';
    return new PrinterError(error.code, `${error.message}; ${hint}`, { detail: 'mute' });
  }

  denied(command: Command, reason: string): PrinterError {
    const said = reason.replace(/[.!]$/, '');
    const how = this.#mode === 'never' ? 'login is set to never' : 'the login was refused: close FlashPrint';
    return new PrinterError('denied', `${command}: "${said}", and ${how}`);
  }
}
