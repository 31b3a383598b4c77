// The next step for each failure, and docs/troubleshooting.md, which quotes the table.

import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FailureFacts, nextStep, nextStepId, nextStepOf } from '../../src/printer/advice.ts';
import { FAILURE_CODES, type FailureCode, type FailureDetail } from '../../src/printer/errors.ts';
import { missingCredentials, NEXT_STEPS, type NextStepId } from '../../src/printer/next-steps.ts';

const TCP = { protocol: 'tcp' } as const;
const HTTP = { protocol: 'http' } as const;
const WRONG_CODE = { ...HTTP, code: 'auth', detail: 'wrong_check_code' } as const;

/** One example or more for each row that a failure leads to. */
const EXAMPLES: readonly (readonly [NextStepId, FailureFacts])[] = [
  ['name-unknown', { ...TCP, code: 'dns' }],
  ['http-only', { ...TCP, code: 'refused', httpOpen: true }],
  ['nothing-listens', { ...TCP, code: 'refused', httpOpen: false }],
  ['nothing-listens', { ...TCP, code: 'refused' }],
  // The step of the failed HTTP endpoint says more.
  ['no-tcp', { ...TCP, code: 'refused', httpOpen: true, httpConfigured: true }],
  ['nothing-listens', { ...TCP, code: 'refused', httpOpen: false, httpConfigured: true }],
  ['no-tcp', { ...TCP, code: 'refused', httpConfigured: true, httpRead: true }],
  ['http-port', { ...TCP, code: 'protocol', port: 8898 }],
  ['http-refused', { ...HTTP, code: 'refused', port: 8898 }],
  ['not-there', { ...TCP, code: 'unreachable' }],
  ['not-there', { ...HTTP, code: 'timeout', detail: 'connect' }],
  ['other-client', { ...TCP, code: 'timeout', detail: 'other_client' }],
  ['other-client', { ...TCP, code: 'closed', detail: 'other_client' }],
  ['mute', { ...TCP, code: 'timeout', detail: 'mute', login: 'auto' }],
  ['mute-without-login', { ...TCP, code: 'timeout', detail: 'mute', login: 'never' }],
  ['slow', { ...TCP, code: 'timeout' }],
  ['slow-http', { ...HTTP, code: 'timeout' }],
  ['closed', { ...TCP, code: 'closed' }],
  ['html', { ...HTTP, code: 'protocol', detail: 'html' }],
  ['html', { ...TCP, code: 'closed', detail: 'html' }],
  ['not-understood', { ...TCP, code: 'protocol' }],
  ['own-fault', { ...TCP, code: 'protocol', detail: 'own_fault', port: 8898 }],
  ['login-never', { ...TCP, code: 'denied', login: 'never' }],
  ['login-refused', { ...TCP, code: 'denied', login: 'auto' }],
  ['wrong-serial', { ...HTTP, code: 'auth', detail: 'wrong_serial' }],
  ['wrong-code-5m', { ...WRONG_CODE, model: 'Adventurer 5M Pro' }],
  ['wrong-code-5m', { ...WRONG_CODE, model: 'FlashForge AD5X' }],
  ['wrong-code-creator5', { ...WRONG_CODE, model: 'Creator 5 Pro' }],
  ['wrong-code', WRONG_CODE],
  ['wrong-credentials', { ...HTTP, code: 'auth' }],
  ['lan-mode', { ...HTTP, code: 'lan_mode' }],
  ['busy', { ...HTTP, code: 'busy' }],
  ['local', { ...TCP, code: 'local' }],
];

describe('nextStep', () => {
  it.each(EXAMPLES)('%s: %j', (id, facts) => {
    expect(nextStepId(facts)).toBe(id);
    expect(nextStep(facts)).toBe(NEXT_STEPS[id].step);
  });

  it('leads to each row, but for the one that is about no failure', () => {
    const reached = new Set(EXAMPLES.map(([id]) => id));
    expect(Object.keys(NEXT_STEPS).filter((id) => !reached.has(id as NextStepId))).toEqual(['http-unused']);
  });

  it('has a step whatever is known', () => {
    const details: readonly (FailureDetail | undefined)[] = [
      undefined,
      'connect',
      'mute',
      'other_client',
      'html',
      'wrong_serial',
      'wrong_check_code',
    ];
    const maybe = fc.constantFrom(undefined, true, false);
    const facts: fc.Arbitrary<FailureFacts> = fc.record({
      code: fc.constantFrom(...FAILURE_CODES),
      protocol: fc.constantFrom('tcp' as const, 'http' as const),
      detail: fc.constantFrom(...details),
      model: fc.option(fc.string(), { nil: undefined }),
      port: fc.constantFrom(undefined, 8898, 8899),
      login: fc.constantFrom(undefined, 'auto' as const, 'never' as const),
      httpConfigured: maybe,
      httpRead: maybe,
      httpOpen: maybe,
    });
    fc.assert(fc.property(facts, (known) => nextStep(known).endsWith('.')));
  });

  it('is one sentence each', () => {
    for (const { step } of Object.values(NEXT_STEPS)) expect(step).toMatch(/^[A-Z][^\n]{20,200}[^.]\.$/);
  });
});

describe('nextStepOf', () => {
  const refused = { ...TCP, failure: { code: 'refused' } } as const;
  const httpWith = (failure?: { code: FailureCode; detail?: FailureDetail }) => ({ ...HTTP, failure });

  it.each<readonly [NextStepId, ReturnType<typeof httpWith> | undefined]>([
    ['no-tcp', httpWith()],
    ['no-tcp', httpWith({ code: 'auth' })],
    ['no-tcp', httpWith({ code: 'timeout' })],
    ['nothing-listens', httpWith({ code: 'timeout', detail: 'connect' })],
    ['nothing-listens', httpWith({ code: 'refused' })],
    ['nothing-listens', undefined],
  ])('%s where TCP refuses and HTTP is %j', (id, http) => {
    expect(nextStepOf(refused, http ? [refused, http] : [refused])).toBe(NEXT_STEPS[id].step);
  });

  it('knows of a port that nobody configured', () => {
    expect(nextStepOf(refused, [refused], { httpOpen: true })).toBe(NEXT_STEPS['http-only'].step);
  });

  it('is nothing for an endpoint that was read', () => {
    expect(nextStepOf(HTTP, [HTTP])).toBeUndefined();
  });
});

it('names what the HTTP endpoint still needs', () => {
  expect(missingCredentials({ serial: 'SN1' })).toMatch(/^serial known, check code needed: Printer ID on the screen/);
  expect(missingCredentials({})).toMatch(/^serial number and check code needed: Printer ID on the screen/);
});

describe('docs/troubleshooting.md', () => {
  const text = readFileSync(new URL('../../docs/troubleshooting.md', import.meta.url), 'utf8');
  /** Symptom to the first paragraph below its heading, without the codes in front. */
  const documented = Object.fromEntries(
    [...text.matchAll(/^### (.+)\n\n(?:\((?:`\w+`(?:, )?)+\) )?(.+)$/gm)].map(([, symptom, step]) => [symptom, step]),
  );

  it('has the table, sentence by sentence, and no other symptom', () => {
    expect(documented).toEqual(
      Object.fromEntries(Object.values(NEXT_STEPS).map(({ symptom, step }) => [symptom, step])),
    );
  });

  it('names every failure code', () => {
    const named = [...text.matchAll(/^\(((?:`\w+`(?:, )?)+)\)/gm)].flatMap(
      ([, codes = '']) => codes.match(/\w+/g) ?? [],
    );
    expect([...new Set(named)].sort()).toEqual([...FAILURE_CODES].sort());
  });
});
