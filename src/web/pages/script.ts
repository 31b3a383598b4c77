// The script of the status page. It requests the changing part of the page and patches only what differs, so that nothing
// flickers and focus, selection and scroll position are kept. Plain JavaScript for current browsers, without imports.

export const SCRIPT = `'use strict';
(() => {
const PERIOD_MS = 5000, GIVE_UP_MS = 15000;
const main = document.getElementById('printers');
const news = document.getElementById('news');
const trouble = document.getElementById('trouble');
const pause = document.getElementById('pause');
const source = location.origin + location.pathname + '?fragment';
let timer, isAsking = false, isPaused = false;
let skewMs = main.dataset.now - Date.now(), lastAnswer = new Date();

// The same words as showAge in format.ts.
const age = (ms) => {
  const s = Math.max(0, Math.floor(ms / 1000));
  if (s < 2) return 'just now';
  if (s < 60) return s + ' s ago';
  if (s < 3600) return Math.floor(s / 60) + ' min ago';
  if (s < 172800) return Math.floor(s / 3600) + ' h ago';
  return Math.floor(s / 86400) + ' days ago';
};
const clock = (date) => {
  const options = { hour: '2-digit', minute: '2-digit' };
  if (date.toDateString() !== new Date(Date.now() + skewMs).toDateString()) options.weekday = 'short';
  return date.toLocaleString([], options);
};
const setText = (element, text) => {
  if (element.textContent !== text) element.textContent = text;
};
const tellTimes = (root) => {
  for (const element of root.querySelectorAll('time')) {
    const date = new Date(element.dateTime);
    if ('age' in element.dataset) setText(element, age(Date.now() + skewMs - date));
    else {
      setText(element, clock(date));
      element.title = date.toLocaleString();
    }
  }
};

const keyOf = (node) => (node.nodeType === 1 ? node.nodeName + '#' + node.id + '.' + node.getAttribute('class') : node.nodeName);
// Patches the live node to match the next one, and reuses unchanged elements.
const put = (live, next) => {
  if (live.nodeType !== 1) {
    if (live.data !== next.data) live.data = next.data;
    return;
  }
  for (const { name } of [...live.attributes]) if (!next.hasAttribute(name)) live.removeAttribute(name);
  for (const { name, value } of next.attributes) if (live.getAttribute(name) !== value) live.setAttribute(name, value);
  let at = live.firstChild;
  for (const child of [...next.childNodes]) {
    let found = at;
    // Search further on for elements only: the white space between them is all the same.
    while (found && keyOf(found) !== keyOf(child)) found = child.nodeType === 1 ? found.nextSibling : null;
    if (!found) {
      live.insertBefore(child, at);
      continue;
    }
    while (at !== found) at = removed(at);
    put(found, child);
    at = found.nextSibling;
  }
  while (at) at = removed(at);
};
const removed = (node) => {
  const after = node.nextSibling;
  node.remove();
  return after;
};

const said = () => new Map([...main.querySelectorAll('[data-said]')].map((card) => [card.id, card.dataset.said]));
const show = (next) => {
  if (next.dataset.page !== main.dataset.page) return location.reload();
  skewMs = next.dataset.now - Date.now();
  tellTimes(next);
  const before = said();
  put(main, next);
  const changes = [...said()].filter(([id, text]) => before.has(id) && before.get(id) !== text);
  if (changes.length > 0) news.textContent = changes.map(([, text]) => text).join('. ');
};
const tell = (text) => {
  setText(trouble, text);
  trouble.hidden = text === '';
};

const ask = async () => {
  clearTimeout(timer);
  if (isAsking) return;
  isAsking = true;
  try {
    const answer = await fetch(source, { cache: 'no-store', signal: AbortSignal.timeout(GIVE_UP_MS) });
    if (!answer.ok) throw new Error('status ' + answer.status);
    const next = new DOMParser().parseFromString(await answer.text(), 'text/html').getElementById('printers');
    if (!next) throw new Error('another page');
    if (!isPaused) show(next);
    lastAnswer = new Date();
    tell('');
  } catch {
    const text = 'The exporter does not answer. What you see is from ' + lastAnswer.toLocaleTimeString() + '; it is asked again every few seconds.';
    if (trouble.hidden) news.textContent = 'The exporter does not answer.';
    tell(text);
  }
  isAsking = false;
  plan();
};
const plan = () => {
  clearTimeout(timer);
  if (!isPaused && !document.hidden) timer = setTimeout(ask, PERIOD_MS);
};
const goOn = () => (isPaused || document.hidden ? clearTimeout(timer) : ask());

pause.hidden = false;
pause.addEventListener('click', () => {
  isPaused = !isPaused;
  pause.setAttribute('aria-pressed', isPaused);
  goOn();
});
document.addEventListener('visibilitychange', goOn);
setInterval(() => document.hidden || tellTimes(main), 1000);
tellTimes(main);
plan();
})();
`;
