// Which temperatures are real.

// No heater of these printers gets there. A value outside is uninitialised memory or a broken sensor.
const MIN_CELSIUS = -100;
const MAX_CELSIUS = 1000;

/** The temperature, or undefined where no heater can have it. */
export function plausibleCelsius(celsius: number | undefined): number | undefined {
  return celsius !== undefined && celsius > MIN_CELSIUS && celsius < MAX_CELSIUS ? celsius : undefined;
}

// -108 and -109 were seen (docs/protocol.md#http-detail-fields; ff-5mp-hass#18). Far below is uninitialised memory.
const NO_SENSOR_CELSIUS = { from: -120, to: MIN_CELSIUS };

/** Whether this chamber temperature says that there is no chamber sensor. What is sent as the target then means nothing either. */
export function meansNoChamberSensor(celsius: number | undefined): boolean {
  return celsius !== undefined && celsius >= NO_SENSOR_CELSIUS.from && celsius <= NO_SENSOR_CELSIUS.to;
}
