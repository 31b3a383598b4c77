// Unique names for found printers, based on the names their owners gave them.

import type { FoundPrinter } from './found.ts';

// A probe target is a name or an address, so no printer may be named like the address of another.
const ADDRESS = /^\d+(\.\d+){3}(:\d+)?$/;

/**
 * One name per printer, in the order given. No name occurs twice or is in `taken`.
 * Printers leave the factory with the same name. Several printers with one name each get the end of their serial number, or their
 * address, appended: a number would depend on which one replied first, and swap two printers' series after a restart.
 */
export function nameFound(printers: readonly FoundPrinter[], taken: Iterable<string>): string[] {
  const used = new Set(taken);
  const counts = new Map<string, number>();
  for (const printer of printers) counts.set(baseName(printer), (counts.get(baseName(printer)) ?? 0) + 1);

  return printers.map((printer) => {
    const base = baseName(printer);
    const wanted = [...(counts.get(base) === 1 ? [base] : []), ...suffixed(base, printer)];
    const name = wanted.find((candidate) => !used.has(candidate)) ?? numbered(base, used);
    used.add(name);
    return name;
  });
}

function baseName({ name, model, address }: FoundPrinter): string {
  return (ADDRESS.test(name) ? '' : name) || model || address;
}

function suffixed(base: string, { serial, address }: FoundPrinter): string[] {
  const suffixes = [...(serial === undefined ? [] : [serial.slice(-4)]), ...(base === address ? [] : [address])];
  return suffixes.map((suffix) => `${base}-${suffix}`);
}

function numbered(base: string, used: ReadonlySet<string>): string {
  for (let number = 2; ; number++) {
    const name = `${base}-${number}`;
    if (!used.has(name)) return name;
  }
}
