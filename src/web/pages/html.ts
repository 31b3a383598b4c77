// HTML templates for untrusted text: every value is escaped, unless it is HTML from another template.

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** A piece of HTML, created by `html` and `trustedHtml` only. */
export class Html {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

/** A value in a template: text is escaped, undefined and false render as nothing. */
export type Content = string | number | Html | false | undefined | readonly Content[];

/** Escapes text for use as HTML content and in quoted attributes. */
export function escapeHtml(text: string): string {
  return text.toWellFormed().replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character);
}

function render(content: Content): string {
  if (content === undefined || content === false) return '';
  if (content instanceof Html) return content.toString();
  if (typeof content === 'string' || typeof content === 'number') return escapeHtml(String(content));
  return content.map(render).join('');
}

/** A template: html`<p title="${text}">${text}</p>`. Put attribute values in double quotes. */
export function html(strings: TemplateStringsArray, ...contents: readonly Content[]): Html {
  return new Html(strings.reduce((before, string, index) => before + render(contents[index - 1]) + string));
}

/** HTML from this program's own source: styles, scripts, icons. */
export function trustedHtml(text: string): Html {
  return new Html(text);
}
