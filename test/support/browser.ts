// Debian's Chromium under test: headless, with a new profile each time, and with everything noted that a page asks or complains of.
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { requireProgram } from './programs.ts';

/** Undefined, with the reason on stderr, where there is no Chromium; an error in CI. */
export const chromiumPath = requireProgram('chromium', 'chromium-browser', 'google-chrome');

const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts a browser; Playwright gives it an empty user-data folder of its own and removes it at the end. */
export async function launchBrowser(executablePath: string): Promise<Browser> {
  return await chromium.launch({ executablePath, args: ARGS });
}

export interface WatchedPage {
  readonly page: Page;
  /** URLs in the order asked for, `data:` ones left out. */
  readonly requests: readonly string[];
  /** What came to the console as an error or a warning, and what was thrown. */
  readonly complaints: readonly string[];
}

/** A page in a window of its own, 1280 px wide unless told otherwise. */
export async function openPage(browser: Browser, options: BrowserContextOptions = {}): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const requests: string[] = [];
  const complaints: string[] = [];
  context.on('request', (request) => {
    if (!request.url().startsWith('data:')) requests.push(request.url());
  });
  context.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  context.on('weberror', (error) => complaints.push(String(error.error())));
  return { page, requests, complaints };
}
