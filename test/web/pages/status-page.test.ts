// The status page in a real browser: what people see, and that it is stable, safe and accessible.

import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import axe, { type AxeResults } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { chromiumPath, launchBrowser, openPage, type WatchedPage } from '../../support/browser.ts';
import { startTestExporter } from '../../support/exporter.ts';
import { EVIL_NAME, type StatusFleet, startFarm, startStatusFleet } from '../../support/status-fleet.ts';

const PERIOD_MS = 5000;
const REFRESH_AGE_MS = 15_000;

describe.skipIf(chromiumPath === undefined)('the status page in Chromium', () => {
  let browser: Browser;
  let fleet: StatusFleet;
  let farm: Awaited<ReturnType<typeof startFarm>>;
  let pictures: string;

  beforeAll(async () => {
    pictures = await mkdtemp(join(tmpdir(), 'flashforge-status-page-'));
    process.stderr.write(`screenshots of the status page go to ${pictures}\n`);
    browser = await launchBrowser(chromiumPath ?? '');
    [fleet, farm] = await Promise.all([startStatusFleet(), startFarm(30)]);
  });
  afterAll(async () => {
    await browser?.close();
    await Promise.all([fleet?.close(), farm?.close()]);
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

  it('shows every printer, sends requests to the exporter only, and logs no errors', async () => {
    const { page, requests, complaints } = await open();
    await expect
      .poll(() => statesOf(page))
      .toEqual([
        ['m5', 'Error'],
        ['adventurer4', 'Paused'],
        ['cellar', 'Contact lost'],
        ['creator5', 'Not read'],
        ['ad5x', 'Completed'],
        ['m5-pro', 'Printing'],
        ['creator4', 'Heating'],
        ['finder', 'Ready'],
        [EVIL_NAME, 'Ready'],
        ['attic', 'Offline'],
      ]);
    const printing = await card(page, 'm5-pro').innerText();
    expect(printing).toMatch(/planter_with_drainage_0\.2mm_PLA\.gcode\s+37 %/);
    expect(printing).toMatch(/Layer\s+74 of 200\s+Time left\s+2 h 06 min\s+Done at\s+18:06/);
    expect(printing).toMatch(/Nozzle\s+210\s+°C, target\s+\/\s+210 °C\s+Bed\s+60\s+°C, target\s+\/\s+60 °C/);
    expect(await page.getByRole('progressbar', { name: 'Progress of m5-pro' }).getAttribute('value')).toBe('37');
    expect(await card(page, 'attic').innerText()).toContain('Nothing listens on the printer.');
    expect(await card(page, 'creator5').innerText()).toContain('The check code is wrong');
    const lost = await card(page, 'cellar').innerText();
    expect(lost).toMatch(/lamp shade\.gx\s+81 %\s+It was printing at 81 % when contact was lost 3 min ago\./);
    expect(await card(page, 'm5').innerText()).toMatch(/hinge\.gcode\s+\d\d %[\s\S]*The printer reports error E0163\./);
    expect(await card(page, 'adventurer4').innerText()).toMatch(/Time left\s+≈ 35 min/);
    expect(await page.title()).toBe('(5) FlashForge exporter');
    expect(await page.content()).not.toContain('wrong-and-secret');
    expect(await page.locator('footer').innerText()).toContain('Version 1.2.3');
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
    await page.getByRole('link', { name: EVIL_NAME }).click();
    await page.getByRole('heading', { level: 1, name: EVIL_NAME }).waitFor();
    expect(await page.locator('img').count()).toBe(0);
    const href = await page.getByRole('link', { name: 'Metrics of this printer' }).getAttribute('href');
    const probed = await fetch(new URL(href ?? '', page.url()));
    expect(probed.status).toBe(200);
    expect(await probed.text()).toContain(`flashforge_up{printer="${EVIL_NAME}"} 1`);
  });

  it('shows a change without a reload, and keeps focus and scroll position while a card moves', async () => {
    const { page, complaints, requests } = await open({ viewport: { width: 1280, height: 500 } });
    const link = page.getByRole('link', { name: 'm5-pro' });
    await link.focus();
    await page.evaluate(`window.kept = document.getElementById('printer-m5-pro'); window.scrollTo(0, 120);`);
    fleet.printing.pause();
    onTestFinished(() => {
      fleet.printing.resume();
      fleet.clock.nowMs += REFRESH_AGE_MS + 1;
    });
    fleet.clock.nowMs += REFRESH_AGE_MS + 1;
    await card(page, 'm5-pro').locator('.state', { hasText: 'Paused' }).waitFor();
    expect(await page.evaluate(`window.kept === document.getElementById('printer-m5-pro') && window.scrollY`)).toBe(
      120,
    );
    expect(await page.evaluate('document.activeElement.textContent')).toBe('m5-pro');
    // Announced once, and nothing about printers that did not change.
    expect(await page.getByRole('status').innerText()).toBe('m5-pro: Paused');
    expect(await card(page, 'm5-pro').innerText()).not.toContain('Done at');
    expect(requests.filter((url) => url === `${fleet.url}/`)).toHaveLength(1);
    expect(complaints).toEqual([]);
  });

  it('sends no requests while the tab is hidden or updates are paused', async () => {
    const { page, requests } = await open({}, { fakeClock: true });
    const asked = (): number => requests.filter((url) => url.endsWith('?fragment=')).length;
    const passMinute = () => page.clock.runFor(65_000);
    const nextAnswer = () => page.waitForResponse(`${fleet.url}/?fragment=`);

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
    // Ages are still kept up to date. The exporter's clock stands still here, and so does its reading.
    expect(await card(page, 'finder').locator('.read time').innerText()).toBe('2 min ago');
    await Promise.all([nextAnswer(), pause.click()]);
  });

  it('says that the exporter does not respond, and continues once it does', async () => {
    const { page } = await open({}, { fakeClock: true });
    await page.route('**/?fragment=*', (route) => route.abort());
    await page.clock.runFor(PERIOD_MS);
    const trouble = page.getByText('The exporter does not respond. This page is from');
    await trouble.waitFor();
    expect(await page.locator('.card').count()).toBe(fleet.all.length);
    await page.unroute('**/?fragment=*');
    await page.clock.runFor(PERIOD_MS);
    await trouble.waitFor({ state: 'hidden' });
  });

  it('reloads itself if the exporter has another version of the page', async () => {
    const { page } = await open({}, { fakeClock: true });
    await page.route('**/?fragment=*', async (route) => {
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

  it('has a tab order that follows the reading order, and no trap', async () => {
    const { page } = await open();
    const stops: unknown[] = [];
    for (;;) {
      await page.keyboard.press('Tab');
      const stop = await page.evaluate(
        'document.activeElement === document.body ? undefined : document.activeElement.textContent.trim()',
      );
      if (stop === undefined) break;
      stops.push(stop);
      if (stops.length > 50) throw new Error('the focus never leaves the page');
    }
    expect(stops).toEqual([
      'Skip to the printers',
      'FlashForge exporter',
      '',
      'Pause updates',
      '10 printers',
      ...['error', 'paused', 'contact lost', 'not read', 'completed', 'printing', 'heating'].map((word) => `1 ${word}`),
      '2 ready',
      '1 offline',
      ...['m5', 'adventurer4', 'cellar', 'creator5', 'ad5x', 'm5-pro', 'creator4', 'finder', EVIL_NAME, 'attic'],
      'Metrics',
      'Targets for Prometheus',
      'Configuration',
      'Health',
      'Readiness',
    ]);
  });

  describe.each(['light', 'dark'] as const)('in %s', (colorScheme) => {
    it.each([
      ['cards', () => fleet.url],
      ['a table', () => farm.url],
      ['the page of a printer', () => `${fleet.url}/printer/${colorScheme === 'light' ? 'm5-pro' : 'cellar'}`],
    ])('%s fits phones and desktops, and axe finds no violation', async (name, url) => {
      const { page, complaints } = await open({ colorScheme }, { url: url() });
      for (const width of [320, 390, 1280]) {
        await page.setViewportSize({ width, height: 800 });
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
        if (width === 320) continue;
        const file = `${name.replaceAll(' ', '-')}-${width}-${colorScheme}.png`;
        await page.screenshot({ path: join(pictures, file), fullPage: true });
        expect(await violationsOf(page)).toEqual([]);
      }
      expect(complaints).toEqual([]);
    });
  });

  it('shows many printers as a table, and filters them by word and state in its URL', async () => {
    const { page, complaints } = await open({}, { url: farm.url });
    const names = () => page.locator('.fleet tbody th, .card h2').allInnerTexts();
    expect(await names()).toHaveLength(30);
    expect((await names()).slice(0, 4)).toEqual(['farm-007', 'farm-004', 'farm-024', 'farm-008']);
    await page.getByRole('link', { name: '20 printing' }).click();
    expect(await names()).toHaveLength(20);
    expect(page.url()).toBe(`${farm.url}/?state=printing`);
    const search = page.getByRole('searchbox');
    await search.fill('hinge');
    await expect.poll(async () => (await names()).length).toBe(3);
    expect(page.url()).toBe(`${farm.url}/?state=printing&q=hinge`);
    expect(await page.locator('.card .state').allInnerTexts()).toEqual(['Printing', 'Printing', 'Printing']);
    expect(await page.evaluate('document.activeElement.name')).toBe('q');
    await page.getByRole('button', { name: 'Pause updates' }).click();
    await search.fill('hinge farm-010');
    await expect.poll(names).toEqual(['farm-010']);
    await page.reload();
    expect(await names()).toEqual(['farm-010']);
    expect(await search.inputValue()).toBe('hinge farm-010');
    expect(complaints).toEqual([]);
  });

  it('keeps the order by time left while it refreshes, and every row its element', async () => {
    const { page } = await open({}, { url: farm.url, fakeClock: true });
    await page.evaluate(`window.kept = [...document.querySelectorAll('.fleet tbody tr')]`);
    const last = farm.all[29];
    last?.pause();
    onTestFinished(() => last?.resume());
    farm.clock.nowMs += REFRESH_AGE_MS + 1;
    await Promise.all([page.waitForResponse(/fragment/), page.clock.runFor(PERIOD_MS)]);
    await page.locator('tr', { hasText: 'farm-030' }).getByText('Paused').waitFor();
    const names = await page.locator('.fleet tbody th').allInnerTexts();
    expect(names.slice(0, 5)).toEqual(['farm-007', 'farm-004', 'farm-024', 'farm-030', 'farm-008']);
    expect(await page.evaluate('window.kept.every((row) => row.isConnected)')).toBe(true);
    expect(await page.title()).toBe('(5) FlashForge exporter');
  });

  it('shows everything about one printer, and refreshes it', async () => {
    const { page, requests, complaints } = await open({}, { fakeClock: true });
    await page.getByRole('link', { name: 'm5-pro' }).click();
    await page.getByRole('heading', { level: 1, name: 'm5-pro' }).waitFor();
    const text = await page.getByRole('main').innerText();
    for (const part of ['TCP', 'HTTP', 'Read', 'flashforge_temperature_celsius', 'SNMOMC9900728']) {
      expect(text).toContain(part);
    }
    await Promise.all([page.waitForResponse(`${fleet.url}/printer/m5-pro?fragment=`), page.clock.runFor(PERIOD_MS)]);
    const links = await page.getByRole('main').getByRole('link').all();
    for (const link of links) {
      const { status } = await fetch(new URL((await link.getAttribute('href')) ?? '', page.url()));
      expect(status).toBe(200);
    }
    expect(requests.filter((url) => new URL(url).origin !== fleet.url)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('works without JavaScript', async () => {
    const { page } = await open({ javaScriptEnabled: false });
    expect(await statesOf(page)).toHaveLength(fleet.all.length);
    expect(await card(page, 'm5-pro').innerText()).toMatch(/Done at\s+\d\d:\d\d UTC/);
    expect(await page.getByRole('button').count()).toBe(0);
    expect(await page.locator('noscript meta[http-equiv=refresh]').count()).toBe(1);
    await page.getByRole('searchbox').fill('vase');
    await page.keyboard.press('Enter');
    await page.waitForURL(`${fleet.url}/?q=vase`);
    expect(await statesOf(page)).toEqual([['ad5x', 'Completed']]);
    await page.getByRole('link', { name: 'ad5x' }).click();
    await page.getByRole('heading', { level: 1, name: 'ad5x' }).waitFor();
    expect(await page.getByRole('main').innerText()).toContain('100 %');
  });

  it('says how to name a printer if there is none', async () => {
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
