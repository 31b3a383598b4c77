// Draws docs/status-page.png: the status page of the demo, by Chromium. Build first; another Chromium: CHROMIUM=PATH.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const root = fileURLToPath(new URL('..', import.meta.url));
const [path = `${root}/docs/status-page.png`, width = '1280', colorScheme = 'light'] = process.argv.slice(2);

const demo = spawn(process.execPath, [`${root}/dist/main.js`, 'demo', '--web.listen-address', '127.0.0.1:0'], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
try {
  let url;
  for await (const line of createInterface({ input: demo.stdout })) {
    url = /^open (\S+)/.exec(line)?.[1];
    if (url) break;
  }
  if (!url) throw new Error('the demo did not start');
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic'],
  });
  try {
    const page = await browser.newPage({ viewport: { width: Number(width), height: 400 }, colorScheme });
    await page.goto(url);
    await page.locator('.card').first().waitFor();
    await page.screenshot({ path, fullPage: true });
  } finally {
    await browser.close();
  }
} finally {
  if (demo.exitCode === null) {
    demo.kill();
    await once(demo, 'exit');
  }
}
