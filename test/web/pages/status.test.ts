// The status page as text: escaping, what each state looks like, and that unknown values are not shown.

import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { PROTOCOLS } from '../../../src/printer/config.ts';
import { FAILURE_CODES } from '../../../src/printer/errors.ts';
import { NEXT_STEPS } from '../../../src/printer/next-steps.ts';
import type { Snapshot } from '../../../src/printer/snapshot.ts';
import { STATES } from '../../../src/printer/state.ts';
import { showAge, showDuration, showHeater } from '../../../src/web/pages/format.ts';
import { html } from '../../../src/web/pages/html.ts';
import { CONTENT_SECURITY_POLICY, etagOf } from '../../../src/web/pages/layout.ts';
import type { PrinterStatus } from '../../../src/web/pages/printer-status.ts';
import { parseFilter } from '../../../src/web/pages/selection.ts';
import { renderStatusMain } from '../../../src/web/pages/status.ts';
import { clockOf } from '../../../src/web/pages/time.ts';
import { cardText, EXPORTER, failed, NO_TOTALS, NOW, NOW_MS, pageOf, readable, statusOf } from './rendered.ts';

const EVIL = `<img src=x onerror="alert('1')">&`;

const auth = failed('http', 'auth', 'POST: code 1');
const refused = failed('tcp', 'refused', 'connect 192.0.2.1:8899: ECONNREFUSED');

describe('a template', () => {
  it('escapes text and leaves its own HTML, lists included', () => {
    const list = ['a', '<b>'].map((item) => html`<li>${item}</li>`);
    expect(html`<ul title="${`"'&`}">${list}${undefined}${false}${0}</ul>`.toString()).toBe(
      '<ul title="&quot;&#39;&amp;"><li>a</li><li>&lt;b&gt;</li>0</ul>',
    );
  });

  it('replaces lone surrogates', () => {
    expect(html`${'\ud800'}`.toString()).toBe('\ufffd');
  });
});

describe('a card', () => {
  it('escapes whatever a printer says', () => {
    const evil = statusOf(
      {
        state: 'unknown',
        statusWords: [{ protocol: 'http', status: EVIL }],
        file: EVIL,
        errorCode: EVIL,
        heaters: new Map([[EVIL, { celsius: 1 }]]),
      },
      {
        labels: { printer: EVIL },
        address: EVIL,
        identity: { model: EVIL, name: `${EVIL}2` },
        jobs: { totals: NO_TOTALS, lastEnds: { completed: { timestampSeconds: 1, file: EVIL } } },
      },
    );
    const printing = { ...evil, view: { ...evil.view, snapshot: { state: 'printing', file: EVIL } as const } };
    const lost = statusOf(undefined, { endpoints: [failed('tcp', 'refused', EVIL)], labels: { printer: '\ud800' } });
    for (const printers of [[evil, printing, lost], Array.from({ length: 13 }, () => printing)]) {
      const page = pageOf(printers, { query: `q=${encodeURIComponent('<')}` });
      expect(page).not.toContain('<img');
      expect(page).toContain('&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;');
      expect(page).toContain('./printer/%3Cimg%20src%3Dx');
      expect(page).toContain('name="q" value="&lt;"');
    }
  });

  it('leaves out what is not known', () => {
    expect(cardText(statusOf({ state: 'ready' }))).toBe('finder Ready 192.0.2.1 Read 3 s ago');
    expect(cardText(statusOf({}))).toContain('No status');
    const printing = cardText(statusOf({ state: 'printing', layer: 3, heaters: new Map([['bed', {}]]) }));
    expect(printing).toBe('finder Printing 192.0.2.1 The printer names no file Layer 3 Bed Read 3 s ago');
    expect(pageOf([statusOf({ state: 'printing' })])).not.toContain('<progress');
  });

  it('shows a job with all its numbers', () => {
    const snapshot: Snapshot = {
      state: 'printing',
      file: 'vase.gx',
      layer: 3,
      layers: 10,
      remainingSeconds: 3603,
      heaters: new Map([
        ['tool0', { celsius: 209.6, targetCelsius: 210 }],
        ['bed', { celsius: 20.2, targetCelsius: 0 }],
        ['chamber', { celsius: 31 }],
      ]),
    };
    const status = statusOf(snapshot, {
      progress: { ratio: 0.999, protocol: 'http' },
      jobs: { totals: NO_TOTALS, lastEnds: {}, startSeconds: NOW_MS / 1000 - 86_400 },
    });
    expect(cardText(status)).toBe(
      'finder Printing 192.0.2.1 vase.gx 99 % Layer 3 of 10 Time left 1 h 00 min Done at 16:00 UTC Started 2026-03-03 15:00 UTC ' +
        'Nozzle 210 °C, target / 210 °C Bed 20 °C off Chamber 31 °C Read 3 s ago',
    );
    expect(cardText(statusOf({ ...snapshot, state: 'paused' }))).not.toContain('Done at');
    // The last job's numbers, which printers keep showing.
    expect(cardText(statusOf({ ...snapshot, state: 'ready' }))).not.toContain('vase.gx');
  });

  it('estimates the time left of a printer that does not tell it, and says that it is an estimate', () => {
    const current = { file: 'vase.gx', ratio: 0.5, remainingSeconds: 3600 };
    const jobs = { totals: NO_TOTALS, lastEnds: {}, current };
    const told = statusOf({ state: 'printing', file: 'vase.gx', remainingSeconds: 60 }, { jobs });
    expect(cardText(told)).toContain('Time left 1 min Done at 15:01 UTC');
    const estimated = statusOf({ state: 'printing', file: 'vase.gx' }, { jobs });
    expect(cardText(estimated)).toContain('Time left ≈ 1 h 00 min (estimated) Done at ≈ 16:00 UTC');
    expect(cardText(statusOf({ state: 'completed', file: 'vase.gx' }, { jobs }))).not.toContain('Time left');
  });

  it('shows what a printer was doing when contact was lost, and since when', () => {
    const jobs = { totals: NO_TOTALS, lastEnds: {}, current: { file: 'vase.gx', ratio: 0.85 } };
    const endpoints = [failed('tcp', 'timeout', 'connect 192.0.2.1:8899: no answer', { detail: 'connect' })];
    const lost = { endpoints, lastSeenSeconds: NOW_MS / 1000 - 600, jobs };
    expect(cardText(statusOf(undefined, { ...lost, lastState: 'paused' }))).toBe(
      'finder Contact lost 192.0.2.1 vase.gx 85 % It was paused at 85 % when contact was lost 10 min ago. ' +
        'Nothing answers at the address. Check that the printer is on and awake, that the address is the one on its screen, ' +
        'and that no other VLAN, guest Wi-Fi or firewall is in between. Last seen 10 min ago · tried 3 s ago',
    );
    // After a restart of the exporter, the state file has the job and not the state.
    expect(cardText(statusOf(undefined, lost))).toContain(
      'A print was in progress at 85 % when contact was lost 10 min',
    );
  });

  it('keeps file and progress when the printer reports an error', () => {
    const jobs = { totals: NO_TOTALS, lastEnds: {}, current: { file: 'vase.gx', ratio: 0.29 } };
    const error = cardText(statusOf({ state: 'error', errorCode: 'E0163' }, { jobs }));
    expect(error).toContain('Error 192.0.2.1 vase.gx 29 % The printer reports error E0163.');
    expect(cardText(statusOf({ state: 'ready' }, { jobs }))).not.toContain('vase.gx');
  });

  it('shows a printer that is off with what is remembered, and what to do', () => {
    const status = statusOf(undefined, {
      endpoints: [refused],
      identity: { model: 'Finder' },
      lastSeenSeconds: NOW_MS / 1000 - 600,
      jobs: {
        totals: NO_TOTALS,
        lastEnds: {
          completed: { timestampSeconds: NOW_MS / 1000 - 7200, file: 'old.gx' },
          cancelled: { timestampSeconds: NOW_MS / 1000 - 900, file: 'vase.gx' },
        },
      },
    });
    expect(cardText(status)).toMatch(
      /^finder Offline Finder · 192\.0\.2\.1 Nothing listens on the printer\. Wake or restart .* Last print vase\.gx: cancelled, 15 min ago Last seen 10 min ago · tried 3 s ago$/,
    );
  });

  it('tells a printer that may be off from one that somebody has to configure', () => {
    expect(cardText(statusOf(undefined, { endpoints: [auth] }))).toContain('Not read');
    expect(cardText(statusOf(undefined, { endpoints: [refused, auth] }))).toMatch(
      /Not read .* Over TCP: .* Over HTTP: /,
    );
    const unreachable = PROTOCOLS.map((protocol) => failed(protocol, 'unreachable', protocol));
    expect(cardText(statusOf(undefined, { endpoints: unreachable }))).toMatch(
      /Offline .*Nothing answers at the address\./,
    );
    expect(cardText(statusOf(undefined, { endpoints: unreachable }))).not.toContain('Over HTTP');
  });

  it('calls a printer that shows that it is on not read, and not offline', () => {
    const talking = failed('tcp', 'timeout', 'M119', { detail: 'other_client' });
    expect(cardText(statusOf(undefined, { endpoints: [talking] }))).toMatch(/^finder Not read .*Another client talks/);
    const httpOnly = { ...refused, advice: NEXT_STEPS['http-only'] };
    expect(cardText(statusOf(undefined, { endpoints: [httpOnly] }))).toMatch(/^finder Not read .*port 8898 answers/);
  });

  it('shows one failed endpoint, unless it is the TCP endpoint that a Creator 5 does not have', () => {
    expect(cardText(statusOf({ state: 'ready' }, { endpoints: [auth] }))).toContain(
      'Ready 192.0.2.1 Over HTTP: The printer refuses the serial number or the check code.',
    );
    expect(cardText(statusOf({ state: 'ready' }, { endpoints: [refused] }))).not.toContain('8899');
  });

  it('says that a printer is being read for the first time, or that its reading is old', () => {
    const { config, view } = statusOf(undefined);
    expect(cardText({ config, view, isBeingRead: true })).toBe(
      'finder Being read 192.0.2.1 Not seen yet, being read now',
    );
    const again = { ...statusOf({ state: 'ready' }), isBeingRead: true };
    expect(cardText(again)).not.toContain('being read');
    expect(cardText({ ...again, endedAtMs: NOW_MS - 40_000 })).toContain('Read 40 s ago, being read now');
  });

  it('accepts numbers that no clock shows', () => {
    const lastEnds = { completed: { timestampSeconds: 1e300, file: '' } };
    const jobs = { totals: NO_TOTALS, lastEnds };
    const text = cardText(statusOf({ state: 'printing', remainingSeconds: 1e300 }, { jobs }));
    expect(text).not.toContain('Done at');
    expect(text).toContain('Last print: completed, at an unknown time');
    expect(clockOf(Number.NaN, NOW)).toBeUndefined();
  });
});

describe('words', () => {
  it.each(STATES)('a card for the state %s', (state) => {
    expect(cardText(statusOf({ state }))).toMatch(/^finder [A-Z][a-z]+/);
  });

  it.each(FAILURE_CODES)('of %s are those of the log and of probe', (code) => {
    const endpoint = failed('tcp', code, 'what came');
    const { symptom, step } = endpoint.advice ?? {};
    expect(cardText(statusOf(undefined, { endpoints: [endpoint] }))).toContain(`${symptom}. ${step}`);
  });

  it.each([
    [0, 'just now'],
    [-5000, 'just now'],
    [2000, '2 s ago'],
    [59_999, '59 s ago'],
    [60_000, '1 min ago'],
    [7_200_000, '2 h ago'],
    [172_800_000, '2 days ago'],
  ])('an age of %i ms is %s', (ms, text) => {
    expect(showAge(ms)).toBe(text);
  });

  it.each([
    [10, 'under 1 min'],
    [3570, '1 h 00 min'],
    [720, '12 min'],
    [7500, '2 h 05 min'],
  ])('%i seconds are %s', (seconds, text) => {
    expect(showDuration(seconds)).toBe(text);
  });

  it('names heaters', () => {
    expect([showHeater('tool0', 1), showHeater('tool1', 2), showHeater('bed', 1)]).toEqual([
      'Nozzle',
      'Nozzle 2',
      'Bed',
    ]);
  });
});

const named = (printer: string, ...[snapshot, more]: Parameters<typeof statusOf>): PrinterStatus =>
  statusOf(snapshot, { labels: { printer }, ...more });

const fleet: readonly PrinterStatus[] = [
  named('idle', { state: 'ready' }, { identity: { model: 'Finder' } }),
  named('off', undefined, { endpoints: [refused] }),
  named('slow', { state: 'printing', remainingSeconds: 9000, file: 'vase.gx' }),
  named('endless', { state: 'printing', file: 'vase two.gx' }),
  named('fast', { state: 'printing', remainingSeconds: 60, file: 'gear.gx' }),
  named('done', { state: 'completed', file: 'gear.gx' }),
  named('wrong', undefined, { endpoints: [auth] }),
  named('gone', undefined, {
    endpoints: [refused],
    jobs: { totals: NO_TOTALS, lastEnds: {}, current: { file: 'vase.gx' } },
  }),
  named('held', { state: 'paused' }),
  named('broken', { state: 'error' }),
];

const namesOn = (page: string): readonly string[] =>
  [...page.matchAll(/href="\.\/printer\/([^"]*)"/g)].map(([, name = '']) => name);

describe('the printers', () => {
  it('are sorted by what needs a person, and by the time left', () => {
    const order = ['broken', 'held', 'gone', 'wrong', 'done', 'fast', 'slow', 'endless', 'idle', 'off'];
    expect(namesOn(pageOf(fleet))).toEqual(order);
    expect(pageOf(fleet)).toContain('<title>(5) FlashForge exporter</title>');
    expect(pageOf([named('idle', { state: 'ready' })])).toContain('<title>FlashForge exporter</title>');
  });

  it.each([
    ['q=gear', ['done', 'fast']],
    ['q=VASE+gx+two', ['endless']],
    ['q=contact', ['gone']],
    ['q=finder', ['idle']],
    ['q=192.0.2.1&state=printing', ['fast', 'slow', 'endless']],
    ['state=offline', ['off']],
    ['state=nonsense&q=+', namesOn(pageOf(fleet))],
    ['q=nothing', []],
  ])('are filtered by %s', (query, names) => {
    expect(namesOn(pageOf(fleet, { query }))).toEqual(names);
  });

  it('are counted by state, and each count links to its printers', () => {
    const page = pageOf(fleet, { query: 'q=gx&state=printing' });
    const [, summary = ''] = /<ul class="summary"(.*?)<\/ul>/s.exec(page) ?? [];
    const links = [...summary.matchAll(/<a href="([^"]*)"( aria-current="true")?>(.*?)<\/a>/g)];
    expect(links.map(([, href, current, text = '']) => [href, current !== undefined, readable(text)])).toEqual([
      ['./?q=gx', false, '5 printers'],
      ['./?state=lost&amp;q=gx', false, '1 contact lost'],
      ['./?state=completed&amp;q=gx', false, '1 completed'],
      ['./?state=printing&amp;q=gx', true, '3 printing'],
    ]);
    expect(page).toContain('<input type="hidden" name="state" value="printing">');
    expect(readable(pageOf(fleet, { query: 'q=nothing' }))).toContain('No printer matches. Show all 10');
  });

  it('are a table from the thirteenth on', () => {
    const many = Array.from({ length: 12 }, (_, index) => named(`p${index}`, { state: 'ready' }));
    expect(pageOf(many)).not.toContain('<table');
    const lost = fleet.filter(({ config }) => config.name === 'gone');
    const table = pageOf([...many, ...lost]);
    expect(table).not.toContain('class="card"');
    expect(readable(table)).toContain('gone Contact lost vase.gx Nothing listens on the printer p0 Ready');
  });
});

describe('the page', () => {
  it('allows its own style and script only', () => {
    const page = pageOf(fleet);
    for (const [tag, directive] of [
      ['style', 'style-src'],
      ['script', 'script-src'],
    ]) {
      const [, text = ''] = new RegExp(`<${tag}>(.*)</${tag}>`, 's').exec(page) ?? [];
      const hash = createHash('sha256').update(text).digest('base64');
      expect(CONTENT_SECURITY_POLICY).toContain(`${directive} 'sha256-${hash}'`);
    }
    expect(CONTENT_SECURITY_POLICY).toMatch(/^default-src 'none'; /);
    expect(CONTENT_SECURITY_POLICY).not.toContain('unsafe');
    expect(page).not.toMatch(/ style=| on[a-z]+=/);
  });

  it('has relative links only, so that it can be served below any path', () => {
    const page = pageOf([statusOf({})], { telemetryPath: '/prometheus' });
    const links = [...page.matchAll(/<a [^>]*href="([^"]*)"/g)].map(([, href]) => href);
    expect(links).toEqual(
      ['#printers', './', './', './?state=unknown', './printer/finder'].concat([
        './prometheus',
        './sd',
        './config',
        './-/healthy',
        './-/ready',
      ]),
    );
  });

  it('says what is wrong with the exporter itself', () => {
    expect(readable(pageOf(fleet))).not.toContain('configuration file');
    const exporter = { ...EXPORTER, lastReloadSuccessful: false, webConfigSuccessful: false, stateFileWritable: false };
    const text = readable(pageOf(fleet, { exporter }));
    expect(text).toContain('The configuration file is invalid, and the previous configuration stays in use.');
    expect(text).toContain('The state file cannot be written: the results of prints will be lost at the next restart.');
    expect(text).toContain('The web configuration file is invalid, and the previous one stays in use.');
  });

  it('says how to name a printer if there is none', () => {
    expect(pageOf([])).toContain('FLASHFORGE_PRINTERS');
  });
});

describe('the part that the script replaces', () => {
  const mainOf = (printers: readonly PrinterStatus[], ms: number, forScript = true) =>
    renderStatusMain({
      exporter: EXPORTER,
      telemetryPath: '/metrics',
      now: { ms, forScript },
      printers,
      filter: parseFilter(new URLSearchParams()),
    });

  it('is the main part of the page', () => {
    expect(pageOf(fleet)).toContain(mainOf(fleet, NOW_MS, false).toString());
    expect(mainOf(fleet, NOW_MS).toString()).toMatch(/^<main id="printers".*<\/main>$/s);
  });

  it('has the same identifier until something but the time changes', () => {
    const before = etagOf(mainOf(fleet, NOW_MS));
    expect(etagOf(mainOf(fleet, NOW_MS + 9000))).toBe(before);
    expect(etagOf(mainOf(fleet.slice(1), NOW_MS))).not.toBe(before);
    expect(before).toMatch(/^W\/"[\w+/]{22}"$/);
  });
});
