// A string that must not be shown: check codes and passwords.

import { inspect } from 'node:util';

const SHOWN = '<secret>';

/** Prints as `<secret>` wherever it is printed; `reveal` is the only way to the text. */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return SHOWN;
  }

  toJSON(): string {
    return SHOWN;
  }

  [inspect.custom](): string {
    return SHOWN;
  }
}
