// The script of the status page. It requests the changing part of the page and patches only what differs, so that nothing
// flickers and focus, selection and scroll position are kept. Plain JavaScript for current browsers, without imports.

export const SCRIPT = `'use strict';
(() => {
const PERIOD_MS = 5000, GIVE_UP_MS = 15000;
const main = document.getElementById('printers');
const news = document.getElementById('news');
const trouble = document.getElementById('trouble');
const pause = document.getElementById('pause');
const search = document.querySelector('#search input[type=search]');
let timer, isAsking = false, isPaused = false, isFiltering = false, etag = '';
let skewMs = main.dataset.now - Date.now(), lastResponse = new Date();

const sourceOf = () => {
  const query = new URLSearchParams(location.search);
  query.set('fragment', '');
  // Not location.href, which may contain a password, and fetch rejects those.
  return location.origin + location.pathname + '?' + query;
};

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
const showTimes = (root) => {
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
const patch = (live, next) => {
  if (live.nodeType !== 1) {
    if (live.data !== next.data) live.data = next.data;
    return;
  }
  for (const { name } of [...live.attributes]) if (!next.hasAttribute(name)) live.removeAttribute(name);
  for (const { name, value } of next.attributes) if (live.getAttribute(name) !== value) live.setAttribute(name, value);
  let at = live.firstChild;
  const known = new Map([...live.children].filter((child) => child.id).map((child) => [child.id, child]));
  for (const child of [...next.childNodes]) {
    // Elements with an id are moved, so that a printer keeps its element when the order changes.
    const own = child.id && known.get(child.id);
    if (own && keyOf(own) === keyOf(child)) {
      if (own !== at) live.insertBefore(own, at);
      patch(own, child);
      at = own.nextSibling;
      continue;
    }
    let found = at;
    // Search further on for elements only: the white space between them is all the same.
    while (found && keyOf(found) !== keyOf(child)) found = child.nodeType === 1 ? found.nextSibling : null;
    if (!found) {
      live.insertBefore(child, at);
      continue;
    }
    while (at !== found) at = removed(at);
    patch(found, child);
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
  showTimes(next);
  const before = said();
  const focused = document.activeElement;
  patch(main, next);
  // A moved element loses the focus.
  if (focused !== document.activeElement && focused.isConnected) focused.focus({ preventScroll: true });
  document.title = main.dataset.title;
  const changes = [...said()].filter(([id, text]) => before.has(id) && before.get(id) !== text);
  if (changes.length > 0) news.textContent = changes.map(([, text]) => text).join('. ');
};
const showTrouble = (text) => {
  setText(trouble, text);
  trouble.hidden = text === '';
};

const refresh = async () => {
  clearTimeout(timer);
  if (isAsking) return;
  isAsking = true;
  const source = sourceOf();
  try {
    const headers = etag ? { 'If-None-Match': etag } : {};
    const response = await fetch(source, { cache: 'no-store', headers, signal: AbortSignal.timeout(GIVE_UP_MS) });
    if (response.status !== 304) {
      if (!response.ok) throw new Error('status ' + response.status);
      const next = new DOMParser().parseFromString(await response.text(), 'text/html').getElementById('printers');
      if (!next) throw new Error('another page');
      if ((!isPaused || isFiltering) && source === sourceOf()) {
        show(next);
        etag = response.headers.get('ETag') || '';
      }
    }
    lastResponse = new Date();
    showTrouble('');
  } catch {
    const text = 'The exporter does not respond. This page is from ' + lastResponse.toLocaleTimeString() + ' and tries again every few seconds.';
    if (trouble.hidden) news.textContent = 'The exporter does not respond.';
    showTrouble(text);
  }
  isAsking = false;
  // The filter may have changed meanwhile.
  if (isFiltering && source !== sourceOf()) return refresh();
  isFiltering = false;
  plan();
};
// Also while updates are paused: somebody wants to see other printers.
const filter = () => {
  isFiltering = true;
  refresh();
};
const plan = () => {
  clearTimeout(timer);
  if (!isPaused && !document.hidden) timer = setTimeout(refresh, PERIOD_MS);
};
const goOn = () => (isPaused || document.hidden ? clearTimeout(timer) : refresh());

pause.hidden = false;
pause.addEventListener('click', () => {
  isPaused = !isPaused;
  pause.setAttribute('aria-pressed', isPaused);
  goOn();
});
document.addEventListener('visibilitychange', goOn);
if (search) {
  search.addEventListener('input', () => {
    const query = new URLSearchParams(location.search);
    const text = search.value.trim();
    if (text) query.set('q', text);
    else query.delete('q');
    history.replaceState(null, '', location.pathname + (query.size ? '?' + query : ''));
    clearTimeout(timer);
    timer = setTimeout(filter, 150);
  });
  search.form.addEventListener('submit', (event) => {
    event.preventDefault();
    filter();
  });
}
setInterval(() => document.hidden || showTimes(main), 1000);
showTimes(main);
plan();
})();
`;
