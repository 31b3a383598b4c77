// The status page in a real browser: what people see, and that it stays calm, safe and usable by everybody.

import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import axe, { type AxeResults } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { chromiumPath, launchBrowser, openPage, type WatchedPage } from '../../support/browser.ts';
import { startTestExporter } from '../../support/exporter.ts';
import { EVIL_NAME, type StatusFleet, startStatusFleet } from '../../support/status-fleet.ts';

const PERIOD_MS = 5000;

describe.skipIf(chromiumPath === undefined)('the status page in Chromium', () => {
  let browser: Browser;
  let fleet: StatusFleet;
  let pictures: string;

  beforeAll(async () => {
    pictures = await mkdtemp(join(tmpdir(), 'flashforge-status-page-'));
    process.stderr.write(`screenshots of the status page go to ${pictures}\n`);
    browser = await launchBrowser(chromiumPath ?? '');
    fleet = await startStatusFleet();
  });
  afterAll(async () => {
    await browser?.close();
    await fleet?.close();
  });

  async function open(
    options: Parameters<typeof openPage>[1] = {},
    { url = fleet.url, fakeClock = false } = {},
  ): Promise<WatchedPage> {
    const watched = await openPage(browser, { timezoneId: 'Europe/Berlin', locale: 'de-DE', ...options });
    onTestFinished(() => watched.page.context().close());
    if (fakeClock) await watched.page.clock.install();
    await watched.page.goto(url);
    return watched;
  }

  it('shows every printer, asks nobody else and has nothing to complain of', async () => {
    const { page, requests, complaints } = await open();
    await expect
      .poll(() => statesOf(page))
      .toEqual([
        ['finder', 'Ready'],
        ['m5-pro', 'Printing'],
        ['adventurer4', 'Paused'],
        ['ad5x', 'Completed'],
        ['creator4', 'Heating'],
        ['m5', 'Error'],
        [EVIL_NAME, 'Ready'],
        ['attic', 'Offline'],
        ['creator5', 'Not read'],
      ]);
    const printing = await card(page, 'm5-pro').innerText();
    expect(printing).toMatch(/planter_with_drainage_0\.2mm_PLA\.gcode\s+37 %/);
    expect(printing).toMatch(/Layer\s+74 of 200\s+Time left\s+2 h 06 min\s+Done at\s+18:06/);
    expect(printing).toMatch(/Nozzle\s+210\s+°C, target\s+\/\s+210 °C\s+Bed\s+60\s+°C, target\s+\/\s+60 °C/);
    expect(await page.getByRole('progressbar', { name: 'Progress of m5-pro' }).getAttribute('value')).toBe('37');
    expect(await card(page, 'attic').innerText()).toContain('It refuses connections.');
    expect(await card(page, 'creator5').innerText()).toContain('does not take the serial number or the check code');
    expect(await page.content()).not.toContain('wrong-and-secret');
    expect(await page.locator('header').innerText()).toContain('Version 1.2.3');
    expect(requests.filter((url) => new URL(url).origin !== fleet.url)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('shows a name that is HTML as text', async () => {
    const { page } = await open();
    page.on('dialog', (dialog) => {
      throw new Error(`a dialog opened: ${dialog.message()}`);
    });
    const [heading] = await page.locator('.card h2').filter({ hasText: 'onerror' }).allInnerTexts();
    expect(heading).toBe(EVIL_NAME);
    expect(await page.locator('img').count()).toBe(0);
    const href = await page.getByRole('link', { name: `Metrics of ${EVIL_NAME}` }).getAttribute('href');
    const probed = await fetch(new URL(href ?? '', fleet.url));
    expect(probed.status).toBe(200);
    expect(await probed.text()).toContain(`flashforge_up{printer="${EVIL_NAME}"} 1`);
  });

  it('shows a change without a reload: focus, scroll and all else stay', async () => {
    const { page, complaints, requests } = await open({ viewport: { width: 1280, height: 500 } });
    const link = page.getByRole('link', { name: 'Metrics of m5-pro' });
    await link.focus();
    await page.evaluate(`window.kept = document.getElementById('printer-m5-pro'); window.scrollTo(0, 120);`);
    fleet.printing.pause();
    onTestFinished(() => {
      fleet.printing.resume();
      fleet.clock.nowMs += PERIOD_MS + 1;
    });
    fleet.clock.nowMs += PERIOD_MS + 1;
    await card(page, 'm5-pro').locator('.state', { hasText: 'Paused' }).waitFor();
    expect(await page.evaluate(`window.kept === document.getElementById('printer-m5-pro') && window.scrollY`)).toBe(
      120,
    );
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Metrics of m5-pro');
    // Said once, to those who listen, and nothing about printers that are as they were.
    expect(await page.getByRole('status').innerText()).toBe('m5-pro: Paused');
    expect(await card(page, 'm5-pro').innerText()).not.toContain('Done at');
    expect(requests.filter((url) => url === `${fleet.url}/`)).toHaveLength(1);
    expect(complaints).toEqual([]);
  });

  it('asks no more while the tab is hidden or updates are paused', async () => {
    const { page, requests } = await open({}, { fakeClock: true });
    const asked = (): number => requests.filter((url) => url.endsWith('?fragment')).length;
    const passMinute = () => page.clock.runFor(65_000);
    const nextAnswer = () => page.waitForResponse(`${fleet.url}/?fragment`);

    await Promise.all([nextAnswer(), page.clock.runFor(PERIOD_MS)]);
    const hide = (hidden: boolean) =>
      page.evaluate(`Object.defineProperty(document, 'hidden', { value: ${hidden}, configurable: true });
        document.dispatchEvent(new Event('visibilitychange'))`);
    await hide(true);
    const before = asked();
    await passMinute();
    expect(asked()).toBe(before);
    await Promise.all([nextAnswer(), hide(false)]);

    const pause = page.getByRole('button', { name: 'Pause updates' });
    await pause.click();
    expect(await pause.getAttribute('aria-pressed')).toBe('true');
    const paused = asked();
    await passMinute();
    expect(asked()).toBe(paused);
    // What is shown says how old it is all the same.
    expect(await card(page, 'finder').locator('.read time').innerText()).toBe('1 min ago');
    await Promise.all([nextAnswer(), pause.click()]);
  });

  it('says so when the exporter does not answer, and goes on when it does', async () => {
    const { page } = await open({}, { fakeClock: true });
    await page.route('**/?fragment', (route) => route.abort());
    await page.clock.runFor(PERIOD_MS);
    const trouble = page.getByText('The exporter does not answer. What you see is from');
    await trouble.waitFor();
    expect(await page.locator('.card').count()).toBe(fleet.all.length);
    await page.unroute('**/?fragment');
    await page.clock.runFor(PERIOD_MS);
    await trouble.waitFor({ state: 'hidden' });
  });

  it('loads itself anew when the exporter has another page by now', async () => {
    const { page } = await open({}, { fakeClock: true });
    await page.route('**/?fragment', async (route) => {
      const answer = await route.fetch();
      await route.fulfill({
        response: answer,
        body: (await answer.text()).replace(/data-page="[^"]*"/, 'data-page="new"'),
      });
    });
    await page.evaluate('window.kept = true');
    await Promise.all([page.waitForEvent('load'), page.clock.runFor(PERIOD_MS)]);
    expect(await page.evaluate('window.kept')).toBeUndefined();
  });

  it('is walked through by the keyboard in the order it is read, with no trap', async () => {
    const { page } = await open();
    const stops: unknown[] = [];
    for (;;) {
      await page.keyboard.press('Tab');
      const stop = await page.evaluate(
        'document.activeElement === document.body ? "" : document.activeElement.textContent',
      );
      if (stop === '') break;
      stops.push(stop);
      if (stops.length > 50) throw new Error('the focus never leaves the page');
    }
    expect(stops).toEqual([
      'Skip to the printers',
      'Pause updates',
      ...fleet.all.map(({ name }) => `Metrics of ${name}`),
      'Metrics',
      'Targets for Prometheus',
      'Health',
      'Readiness',
    ]);
  });

  it.each(['light', 'dark'] as const)(
    'fits phones and desks in %s, and axe finds nothing wrong',
    async (colorScheme) => {
      const { page } = await open({ colorScheme });
      for (const width of [320, 360, 1280]) {
        await page.setViewportSize({ width, height: 800 });
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
        if (width === 320) continue;
        await page.screenshot({ path: join(pictures, `${width}-${colorScheme}.png`), fullPage: true });
        expect(await violationsOf(page)).toEqual([]);
      }
    },
  );

  it('works without its script', async () => {
    const { page } = await open({ javaScriptEnabled: false });
    expect(await statesOf(page)).toHaveLength(fleet.all.length);
    expect(await card(page, 'm5-pro').innerText()).toMatch(/Done at\s+\d\d:\d\d UTC/);
    expect(await page.getByRole('button').count()).toBe(0);
    expect(await page.locator('noscript meta[http-equiv=refresh]').count()).toBe(1);
  });

  it('says how to name a printer where there is none', async () => {
    const exporter = await startTestExporter([]);
    onTestFinished(() => exporter.close(0));
    const { page, complaints } = await open({ viewport: { width: 360, height: 800 } }, { url: exporter.url });
    await page.getByRole('heading', { name: 'No printers yet' }).waitFor();
    expect(await page.getByRole('main').innerText()).toContain('flashforge-exporter finder=192.168.1.50');
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
    expect(await violationsOf(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });
});

const card = (page: Page, name: string) =>
  page.locator('.card', { has: page.getByRole('heading', { name, exact: true }) });

async function statesOf(page: Page): Promise<readonly (readonly string[])[]> {
  const cards = await page.locator('.card').all();
  return await Promise.all(
    cards.map(async (one) => [await one.locator('h2').innerText(), await one.locator('.state').innerText()]),
  );
}

async function violationsOf(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const { violations, passes } = await page.evaluate<AxeResults>('axe.run()');
  expect(passes.map(({ id }) => id)).toContain('color-contrast');
  return violations.map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}
