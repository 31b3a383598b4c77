// The page at `/`: what this is, and where to go.

export interface Link {
  readonly path: string;
  readonly text: string;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text made safe in HTML, as content and in attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character);
}

/** The page's HTML. */
export function renderLanding(version: string, links: readonly Link[]): string {
  const items = links.map(({ path, text }) => `<li><a href="${escapeHtml(path)}">${escapeHtml(text)}</a></li>`);
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>FlashForge exporter</title>
<h1>FlashForge exporter</h1>
<p>Version ${escapeHtml(version)}</p>
<ul>
${items.join('\n')}
</ul>
</html>
`;
}
