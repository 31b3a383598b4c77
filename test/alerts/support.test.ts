// The helpers that start real programs: what they do when something is missing or wrong.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { startAlertmanager } from '../support/alertmanager.ts';
import { requireProgram } from '../support/programs.ts';
import { findPrometheus, startPrometheus } from '../support/prometheus.ts';

describe('requireProgram', () => {
  beforeEach(() => vi.stubEnv('WITHOUT_PROGRAMS', ''));
  afterEach(() => vi.unstubAllEnvs());

  test('WITHOUT_PROGRAMS=1 leaves out what is there, in CI too', () => {
    vi.stubEnv('WITHOUT_PROGRAMS', '1');
    vi.stubEnv('CI', 'true');
    expect(requireProgram('sh')).toBeUndefined();
  });

  test('takes the first name that is there', () => {
    expect(requireProgram('no-such-program', 'sh')).toMatch(/\/sh$/);
  });

  test.each([
    ['true', 'throws'],
    ['', 'skips'],
  ])('CI=%s and nothing there: %s', (ci, what) => {
    vi.stubEnv('CI', ci);
    const written = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    try {
      if (what === 'throws')
        expect(() => requireProgram('no-such-program')).toThrow('no-such-program is not installed');
      else expect(requireProgram('no-such-program')).toBeUndefined();
      expect(written.mock.calls.flat()).toEqual(
        what === 'throws' ? [] : ['skipped: no-such-program is not installed\n'],
      );
    } finally {
      written.mockRestore();
    }
  });
});

describe.skipIf(findPrometheus() === undefined)('startPrometheus', () => {
  test('answers, reads a new configuration, refuses a wrong one, and is gone after its signal', async () => {
    const controller = new AbortController();
    const prometheus = await startPrometheus({ config: {}, signal: controller.signal });
    try {
      expect(await prometheus.query('vector(2)')).toMatchObject([{ value: [expect.any(Number), '2'] }]);
      await prometheus.reload(
        { rule_files: ['a.yml'], global: { evaluation_interval: '100ms' } },
        { 'a.yml': 'groups: [{name: a, rules: [{record: a, expr: vector(3)}]}]' },
      );
      expect((await prometheus.waitFor('a', (samples) => samples.length === 1))[0]?.value[1]).toBe('3');
      await expect(prometheus.reload({ nonsense: true })).rejects.toThrow('nonsense');
      await expect(prometheus.query('1 +')).rejects.toThrow('parse error');
    } finally {
      controller.abort();
      await prometheus.stop();
    }
    await expect(fetch(prometheus.url)).rejects.toThrow();
  });

  test('a configuration it does not take is an error with its own words', async () => {
    await expect(startPrometheus({ config: { nonsense: true } })).rejects.toThrow('field nonsense not found');
    await expect(startAlertmanager('nonsense: true')).rejects.toThrow('field nonsense not found');
  });
});
