// Decimal numbers as printers write them.

const EXPONENT = /e([+-]?\d+)$/i;

/**
 * The number times 10^power. The decimal point is moved in the text, so that 86.9984 mm is 0.0869984 m exactly.
 * @returns NaN for text that is not a decimal number
 */
export function movePoint(decimal: number | string, power: number): number {
  const text = String(decimal);
  const exponent = EXPONENT.exec(text);
  return Number(exponent ? `${text.slice(0, exponent.index)}e${Number(exponent[1]) + power}` : `${text}e${power}`);
}
