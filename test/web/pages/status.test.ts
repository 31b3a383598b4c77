// The status page as text: escaping, and that nothing is shown which is not known.

import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { CachedReading, EndpointView, PrinterView } from '../../../src/fleet/view.ts';
import { PROTOCOLS } from '../../../src/printer/config.ts';
import { FAILURE_CODES, type FailureCode, PrinterError } from '../../../src/printer/errors.ts';
import type { Protocol, Snapshot } from '../../../src/printer/snapshot.ts';
import { STATES } from '../../../src/printer/state.ts';
import { renderCard } from '../../../src/web/pages/card.ts';
import { showAge, showDuration, showFailure, showHeater } from '../../../src/web/pages/format.ts';
import { html } from '../../../src/web/pages/html.ts';
import { contentSecurityPolicy, renderFragment, renderStatusPage } from '../../../src/web/pages/status.ts';
import { clockOf } from '../../../src/web/pages/time.ts';

const NOW_MS = Date.parse('2026-03-04T15:00:00Z');
const NONE = { completed: 0, cancelled: 0, failed: 0, unknown: 0 };
const EVIL = `<img src=x onerror="alert('1')">&`;

function view(snapshot: Snapshot | undefined, more: Partial<PrinterView> = {}): PrinterView {
  return {
    labels: { printer: 'finder' },
    address: '192.0.2.1',
    up: snapshot !== undefined,
    endpoints: [],
    durationSeconds: 0.1,
    failures: [],
    jobs: { totals: NONE, lastEnds: {} },
    ...(snapshot && { snapshot }),
    ...more,
  };
}

function up(snapshot: Snapshot, more: Partial<PrinterView> = {}): CachedReading {
  return { view: view(snapshot, more), ageMs: 3000, isBeingRead: false };
}

function down(endpoints: readonly EndpointView[], more: Partial<PrinterView> = {}): CachedReading {
  return { view: view(undefined, { endpoints, ...more }), ageMs: 3000, isBeingRead: false };
}

function failed(protocol: Protocol, code: FailureCode, message: string): EndpointView {
  return { protocol, up: false, failure: new PrinterError(code, message) };
}

const auth = failed('http', 'auth', 'POST: code 1');
const refused = failed('tcp', 'refused', 'connect 192.0.2.1:8899: ECONNREFUSED');

function pageOf(...printers: readonly CachedReading[]): string {
  const build = { version: '1.2.3', revision: 'abc' };
  return renderStatusPage({ build, telemetryPath: '/metrics', nowMs: NOW_MS, printers });
}

/** What is left to read when the tags are gone. */
function textOf(status: CachedReading): string {
  return renderCard(status, NOW_MS)
    .toString()
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

describe('a template', () => {
  it('escapes text and leaves its own HTML, lists included', () => {
    const list = ['a', '<b>'].map((item) => html`<li>${item}</li>`);
    expect(html`<ul title="${`"'&`}">${list}${undefined}${false}${0}</ul>`.toString()).toBe(
      '<ul title="&quot;&#39;&amp;"><li>a</li><li>&lt;b&gt;</li>0</ul>',
    );
  });

  it('makes lone surrogates readable', () => {
    expect(html`${'\ud800'}`.toString()).toBe('\ufffd');
  });
});

describe('a card', () => {
  it('shows as text whatever a printer says', () => {
    const evil = up(
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
        jobs: { totals: NONE, lastEnds: { completed: { timestampSeconds: 1, file: EVIL } } },
      },
    );
    const lost = down([failed('tcp', 'refused', EVIL)], { labels: { printer: '\ud800' } });
    const page = pageOf(evil, { ...evil, view: { ...evil.view, snapshot: { state: 'printing', file: EVIL } } }, lost);
    expect(page).not.toContain('<img');
    expect(page).toContain('&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;');
    expect(page).toContain('./probe?target=%3Cimg%20src%3Dx');
  });

  it('leaves out what is not known', () => {
    expect(textOf(up({ state: 'ready' }))).toBe('finder Ready 192.0.2.1 Read 3 s ago Metrics of finder');
    expect(textOf(up({}))).toContain('No status');
    const printing = textOf(up({ state: 'printing', layer: 3, heaters: new Map([['bed', {}]]) }));
    expect(printing).toBe(
      'finder Printing 192.0.2.1 The printer names no file Layer 3 Bed Read 3 s ago Metrics of finder',
    );
    expect(renderCard(up({ state: 'printing' }), NOW_MS).toString()).not.toContain('<progress');
  });

  it('shows a job whole', () => {
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
    const status = up(snapshot, {
      progress: { ratio: 0.999, protocol: 'http' },
      jobs: { totals: NONE, lastEnds: {}, startSeconds: NOW_MS / 1000 - 86_400 },
    });
    expect(textOf(status)).toBe(
      'finder Printing 192.0.2.1 vase.gx 99 % Layer 3 of 10 Time left 1 h 00 min Done at 16:00 UTC Started 2026-03-03 15:00 UTC ' +
        'Nozzle 210 °C, target / 210 °C Bed 20 °C off Chamber 31 °C Read 3 s ago Metrics of finder',
    );
    expect(textOf(up({ ...snapshot, state: 'paused' }))).not.toContain('Done at');
    // The last job's numbers, which printers go on showing.
    expect(textOf(up({ ...snapshot, state: 'ready' }))).not.toContain('vase.gx');
  });

  it('shows a printer that is off with what is remembered, and why', () => {
    const status = down([refused], {
      identity: { model: 'Finder' },
      lastSeenSeconds: NOW_MS / 1000 - 600,
      jobs: {
        totals: NONE,
        lastEnds: {
          completed: { timestampSeconds: NOW_MS / 1000 - 7200, file: 'old.gx' },
          cancelled: { timestampSeconds: NOW_MS / 1000 - 900, file: 'vase.gx' },
        },
      },
    });
    expect(textOf(status)).toBe(
      'finder Offline Finder · 192.0.2.1 It refuses connections. Is it still starting, or connected to a PC? Else check the address and port. ' +
        'connect 192.0.2.1:8899: ECONNREFUSED Last print vase.gx : cancelled, 15 min ago Last seen 10 min ago · tried 3 s ago Metrics of finder',
    );
  });

  it('tells off from what somebody has to put right', () => {
    expect(textOf(down([auth]))).toContain('Not read');
    expect(textOf(down([refused, auth]))).toMatch(/Not read .* Over TCP: .* Over HTTP: /);
    const timeouts = PROTOCOLS.map((protocol) => failed(protocol, 'timeout', protocol));
    expect(textOf(down(timeouts))).toMatch(/Offline .*It did not answer in time/);
    expect(textOf(down(timeouts))).not.toContain('Over HTTP');
  });

  it('tells of one side that fails, unless it is the TCP side that a Creator 5 has not', () => {
    const upBut = (endpoint: EndpointView): CachedReading => up({ state: 'ready' }, { endpoints: [endpoint] });
    expect(textOf(upBut(auth))).toContain('Ready 192.0.2.1 Over HTTP: It does not take');
    expect(textOf(upBut(refused))).not.toContain('connections');
  });

  it('says that a printer is being read for the first time, or again for long', () => {
    const first: CachedReading = { view: view(undefined), isBeingRead: true };
    expect(textOf(first)).toBe('finder Being read 192.0.2.1 Not seen yet, being read now Metrics of finder');
    const again = { ...up({ state: 'ready' }), isBeingRead: true };
    expect(textOf(again)).not.toContain('being read');
    expect(textOf({ ...again, ageMs: 12_000 })).toContain('Read 12 s ago , being read now');
  });

  it('takes numbers that no clock shows', () => {
    const lastEnds = { completed: { timestampSeconds: 1e300, file: '' } };
    const status = up({ state: 'printing', remainingSeconds: 1e300 }, { jobs: { totals: NONE, lastEnds } });
    expect(textOf(status)).not.toContain('Done at');
    expect(textOf(status)).toContain('Last print: completed, at an unknown time');
    expect(clockOf(Number.NaN, NOW_MS)).toBeUndefined();
  });
});

describe('words', () => {
  it.each(STATES)('a card for the state %s', (state) => {
    expect(textOf(up({ state }))).toMatch(/^finder [A-Z][a-z]+/);
  });

  it.each(FAILURE_CODES)('what %s means and what to do', (code) => {
    const { what, todo } = showFailure(code);
    expect(what).toMatch(/^[A-Z].*\.$/);
    expect(todo).toMatch(/^[A-Z].*[.?]$/);
    expect(textOf(down([failed('tcp', code, 'what came')]))).toContain(what);
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

describe('the page', () => {
  it('allows its own style and script only', () => {
    const page = pageOf(up({ state: 'ready' }));
    const policy = contentSecurityPolicy();
    for (const [tag, directive] of [
      ['style', 'style-src'],
      ['script', 'script-src'],
    ]) {
      const [, text = ''] = new RegExp(`<${tag}>(.*)</${tag}>`, 's').exec(page) ?? [];
      const hash = createHash('sha256').update(text).digest('base64');
      expect(policy).toContain(`${directive} 'sha256-${hash}'`);
    }
    expect(policy).toMatch(/^default-src 'none'; /);
    expect(policy).not.toContain('unsafe');
    expect(page).not.toMatch(/ style=| on[a-z]+=/);
  });

  it('counts the states', () => {
    const page = pageOf(up({ state: 'ready' }), up({ state: 'ready' }), down([refused]));
    expect(page).toMatch(/<b>2<\/b> ready.*<b>1<\/b> offline/s);
  });

  it('links to what is there for programs, below whatever path it is served', () => {
    const build = { version: '1', revision: 'a' };
    const page = renderStatusPage({ build, telemetryPath: '/prometheus', nowMs: NOW_MS, printers: [up({})] });
    const links = [...page.matchAll(/<a [^>]*href="([^"]*)"/g)].map(([, href]) => href);
    expect(links).toEqual(['#printers', './probe?target=finder', './prometheus', './sd', './-/healthy', './-/ready']);
  });

  it('has in its fragment exactly the part of it that changes', () => {
    const page = {
      build: { version: '1', revision: 'a' },
      telemetryPath: '/metrics',
      nowMs: NOW_MS,
      printers: [up({})],
    };
    expect(renderStatusPage(page)).toContain(renderFragment(page));
    expect(renderFragment(page)).toMatch(/^<main id="printers".*<\/main>$/s);
  });

  it('says how to name a printer where there is none', () => {
    expect(pageOf()).toContain('FLASHFORGE_PRINTERS');
  });
});
