// A signal that ends reads: every listener hears it once, unless it was removed before.

import { expect, it } from 'vitest';
import { CancelController } from '../../src/common/cancellation.ts';

interface Ears {
  readonly controller: CancelController;
  readonly heard: string[];
  listen(name: string): () => void;
}

function ears(): Ears {
  const controller = new CancelController();
  const heard: string[] = [];
  const listen = (name: string): (() => void) => {
    const listener = (): void => {
      heard.push(name);
    };
    controller.addEventListener('abort', listener);
    return () => controller.removeEventListener('abort', listener);
  };
  return { controller, heard, listen };
}

it('tells every listener once, in the order in which they came', () => {
  const { controller, heard, listen } = ears();
  for (const name of ['a', 'b', 'c']) listen(name);
  expect(controller.aborted).toBe(false);
  controller.abort();
  controller.abort();
  expect(controller.aborted).toBe(true);
  expect(heard).toEqual(['a', 'b', 'c']);
});

it.each([
  ['the first', ['a'], ['b', 'c']],
  ['a later one', ['b'], ['a', 'c']],
  ['all', ['c', 'a', 'b'], []],
])('does not tell one that was removed: %s', (_which, gone, told) => {
  const { controller, heard, listen } = ears();
  const remove = new Map(['a', 'b', 'c'].map((name) => [name, listen(name)]));
  for (const name of gone) remove.get(name)?.();
  controller.abort();
  expect(heard).toEqual(told);
});

it('tells one that came after another had left', () => {
  const { controller, heard, listen } = ears();
  const removeFirst = listen('a');
  listen('b');
  removeFirst();
  listen('c');
  controller.abort();
  expect(heard.toSorted()).toEqual(['b', 'c']);
});

it('does not tell one that another one removes while it is told', () => {
  const { controller, heard, listen } = ears();
  let removeLast = (): void => {};
  controller.addEventListener('abort', () => removeLast());
  listen('kept');
  removeLast = listen('removed');
  controller.abort();
  expect(heard).toEqual(['kept']);
});
