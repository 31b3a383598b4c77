// What is wrong with the exporter itself, for the top of every page.

import type { ExporterStatus } from '../../metrics/exporter.ts';
import { type Html, html } from './html.ts';

/** One banner per problem; none if all is well. */
export function renderTroubles({
  lastReloadSuccessful,
  webConfigSuccessful,
  stateFileWritable,
}: ExporterStatus): readonly Html[] {
  const troubles: string[] = [];
  if (!lastReloadSuccessful) {
    troubles.push(
      'The configuration file is invalid, and the previous configuration stays in use. The log says what is wrong.',
    );
  }
  if (webConfigSuccessful === false) {
    troubles.push(
      'The web configuration file is invalid, and the previous one stays in use. The log says what is wrong.',
    );
  }
  if (stateFileWritable === false) {
    troubles.push(
      'The state file cannot be written: the results of prints will be lost at the next restart. The log says why.',
    );
  }
  return troubles.map((text) => html`<p class="trouble" role="alert">${text}</p>`);
}
