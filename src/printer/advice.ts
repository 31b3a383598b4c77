// Which row of the table of next steps (next-steps.ts) a failure is.

import { DEFAULT_HTTP_PORT, type LoginMode } from './config.ts';
import type { FailureCode, FailureDetail } from './errors.ts';
import { NEXT_STEPS, type NextStep, type NextStepId } from './next-steps.ts';
import type { Protocol } from './snapshot.ts';

/** What is known about a failed endpoint. Everything but the code and the protocol may be unknown. */
export interface FailureFacts {
  readonly code: FailureCode;
  readonly protocol: Protocol;
  readonly detail?: FailureDetail | undefined;
  /** As the printer, its discovery reply or the product table names it. */
  readonly model?: string | undefined;
  /** The port that failed. */
  readonly port?: number | undefined;
  readonly login?: LoginMode | undefined;
  /** Whether the configuration has a serial number and a check code. */
  readonly httpConfigured?: boolean | undefined;
  /** Whether the HTTP endpoint was read at the same time. */
  readonly httpRead?: boolean | undefined;
  /** Whether the HTTP port accepts connections. */
  readonly httpOpen?: boolean | undefined;
}

// The models by how their screens name things; discovery and /detail spell them in several ways.
const FIVE_M = /adventurer ?5m|ad5x/i;
const CREATOR_5 = /creator ?5/i;

function wrongCodeId(model = ''): NextStepId {
  if (FIVE_M.test(model)) return 'wrong-code-5m';
  return CREATOR_5.test(model) ? 'wrong-code-creator5' : 'wrong-code';
}

function authId({ detail, model }: FailureFacts): NextStepId {
  if (detail === 'wrong_serial') return 'wrong-serial';
  return detail === 'wrong_check_code' ? wrongCodeId(model) : 'wrong-credentials';
}

function refusedId({ protocol, httpConfigured, httpRead, httpOpen }: FailureFacts): NextStepId {
  if (protocol === 'http') return 'http-refused';
  if (httpRead) return 'no-tcp';
  if (!httpOpen) return 'nothing-listens';
  return httpConfigured ? 'no-tcp' : 'http-only';
}

function timeoutId({ protocol, detail, login }: FailureFacts): NextStepId {
  switch (detail) {
    case 'connect':
      return 'not-there';
    case 'mute':
      return login === 'never' ? 'mute-without-login' : 'mute';
    case 'other_client':
    case 'html':
    case 'own_fault':
    case 'wrong_serial':
    case 'wrong_check_code':
    case undefined:
      return protocol === 'http' ? 'slow-http' : 'slow';
  }
}

/** The row of the table for a failed endpoint. */
export function nextStepId(facts: FailureFacts): NextStepId {
  if (facts.detail === 'own_fault') return 'own-fault';
  // Whatever an HTTP server makes of M119: an error page, a closed connection, silence.
  if (facts.protocol === 'tcp' && facts.port === DEFAULT_HTTP_PORT) return 'http-port';
  // These say more than the code, which depends on how the read ended.
  if (facts.detail === 'html') return 'html';
  if (facts.detail === 'other_client') return 'other-client';
  switch (facts.code) {
    case 'dns':
      return 'name-unknown';
    case 'refused':
      return refusedId(facts);
    case 'unreachable':
      return 'not-there';
    case 'timeout':
      return timeoutId(facts);
    case 'closed':
      return 'closed';
    case 'protocol':
      return 'not-understood';
    case 'denied':
      return facts.login === 'never' ? 'login-never' : 'login-refused';
    case 'auth':
      return authId(facts);
    case 'lan_mode':
      return 'lan-mode';
    case 'busy':
      return 'busy';
    case 'local':
      return 'local';
    default:
      return facts.code satisfies never;
  }
}

/** What to do about a failed endpoint, in one sentence. */
export function nextStep(facts: FailureFacts): string {
  return NEXT_STEPS[nextStepId(facts)].step;
}

/** What is known of a printer beside a read of it. */
export type KnownFacts = Pick<FailureFacts, 'model' | 'port' | 'login' | 'httpOpen'>;

/** One endpoint of a read: its failure, or none. */
export interface EndpointOutcome {
  readonly protocol: Protocol;
  readonly failure?: Pick<FailureFacts, 'code' | 'detail'> | undefined;
}

/** Whether this outcome shows that the port accepts connections. */
export function acceptsConnections({ failure }: EndpointOutcome): boolean {
  switch (failure?.code) {
    case 'dns':
    case 'refused':
    case 'unreachable':
    case 'local':
      return false;
    case 'timeout':
      return failure.detail !== 'connect';
    case 'closed':
    case 'protocol':
    case 'denied':
    case 'auth':
    case 'lan_mode':
    case 'busy':
    case undefined:
      return true;
  }
}

/**
 * The row of the table for one endpoint of a read; undefined if it did not fail.
 * @param all every configured endpoint of that read
 */
export function adviceFor(
  { protocol, failure }: EndpointOutcome,
  all: readonly EndpointOutcome[],
  known: KnownFacts = {},
): NextStep | undefined {
  if (!failure) return undefined;
  const http = all.find((endpoint) => endpoint.protocol === 'http');
  const id = nextStepId({
    ...known,
    protocol,
    code: failure.code,
    detail: failure.detail,
    httpConfigured: http !== undefined,
    httpRead: http !== undefined && !http.failure,
    httpOpen: http ? acceptsConnections(http) : known.httpOpen,
  });
  return NEXT_STEPS[id];
}

/** What to do about one endpoint of a read, in one sentence; arguments as `adviceFor`. */
export function nextStepOf(...outcome: Parameters<typeof adviceFor>): string | undefined {
  return adviceFor(...outcome)?.step;
}
