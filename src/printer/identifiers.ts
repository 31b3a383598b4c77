// Serial numbers and MAC addresses in one form, however a printer or its owner writes them.

const SN_PREFIX = /^SN/i;

/** The serial number with its `SN` prefix, as the HTTP side expects it: owners leave the prefix out (ff-5mp-hass#14). */
export function withSerialPrefix(serial: string): string {
  const trimmed = serial.trim();
  return SN_PREFIX.test(trimmed) ? trimmed : `SN${trimmed}`;
}

/** For comparing serial numbers: upper case, without the `SN` prefix. Not for display. */
export function serialKey(serial: string): string {
  return serial.trim().replace(SN_PREFIX, '').toUpperCase();
}

/** `AA:BB:CC:DD:EE:FF`, also for `aa-bb-…` and for a Creator 4's `94A408B472BE`; any other text unchanged. */
export function formatMac(text: string): string {
  const digits = text.replace(/[\s:.-]/g, '');
  if (!/^[0-9a-f]{12}$/i.test(digits)) return text;
  return digits.toUpperCase().replace(/..(?!$)/g, '$&:');
}
