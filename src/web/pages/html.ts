// HTML from text that nobody vouches for: what goes into a template is escaped, unless a template made it.

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** A piece of HTML; only `html` and `trustedHtml` make one. */
export class Html {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

/** What a template takes: text is escaped, undefined and false leave nothing. */
export type Content = string | number | Html | false | undefined | readonly Content[];

/** Text made safe in HTML, as content and in quoted attributes. */
export function escapeHtml(text: string): string {
  return text.toWellFormed().replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character);
}

function render(content: Content): string {
  if (content === undefined || content === false) return '';
  if (content instanceof Html) return content.toString();
  if (typeof content === 'string' || typeof content === 'number') return escapeHtml(String(content));
  return content.map(render).join('');
}

/** A template: html`<p title="${text}">${text}</p>`. Attribute values stand in double quotes. */
export function html(strings: TemplateStringsArray, ...contents: readonly Content[]): Html {
  return new Html(strings.reduce((before, string, index) => before + render(contents[index - 1]) + string));
}

/** HTML that this program wrote itself: style, script, pictures. */
export function trustedHtml(text: string): Html {
  return new Html(text);
}
