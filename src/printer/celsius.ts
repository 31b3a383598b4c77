// Which temperatures are real.

/** What firmware reports as the chamber temperature when there is no sensor (docs/protocol.md#http-detail-fields; ff-5mp-hass#18). */
export const NO_CHAMBER_SENSOR: ReadonlySet<number | undefined> = new Set([-108, -109]);

// No heater of these printers gets there. A value outside is uninitialised memory or a broken sensor.
const MIN_CELSIUS = -100;
const MAX_CELSIUS = 1000;

/** The temperature, or undefined where no heater can have it. */
export function plausibleCelsius(celsius: number | undefined): number | undefined {
  return celsius !== undefined && celsius > MIN_CELSIUS && celsius < MAX_CELSIUS ? celsius : undefined;
}
