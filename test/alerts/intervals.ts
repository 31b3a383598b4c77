// One scenario for each alert that lasts, as input of `promtool test rules`, at any scrape interval: four hours, in which the
// condition holds from 1:00 to 3:00. In the middle, at 2:00, one read of the printer fails.

/** What a series says at a time in seconds; undefined: the scrape has no such series. */
type Value = (seconds: number, holds: boolean) => number | undefined;

interface Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: Value;
  /** Whether the exporter goes on serving it when a read fails. */
  readonly isKept?: boolean;
}

export interface Scenario {
  readonly alert: string;
  /** Of the alert, to tell it from that of another scenario. */
  readonly label: readonly [name: string, value: string];
  readonly series: readonly Series[];
}

export const HOLDS_FROM_S = 3600;
export const HOLDS_UNTIL_S = 3 * 3600;
export const END_S = 4 * 3600;
/** Of the evaluation of the rules. */
export const EVALUATION_S = 30;

const constant =
  (value: number): Value =>
  () =>
    value;
const whenHolds = (holding: number | undefined, otherwise: number | undefined): Value => {
  return (_, holds) => (holds ? holding : otherwise);
};

/** A printer of its own, with the states it is in while the condition holds and otherwise. */
function printer(alert: string, states: readonly [holding: string, otherwise: string], ...more: Series[]): Scenario {
  const [holding, otherwise] = states;
  const labels = { job: 'flashforge', instance: 'exporter:10899', printer: alert };
  const series: Series[] = [
    { name: 'flashforge_up', labels: {}, value: constant(1), isKept: true },
    { name: 'flashforge_last_seen_timestamp_seconds', labels: {}, value: (seconds) => seconds, isKept: true },
    ...[...new Set(states)].map((state) => ({
      name: 'flashforge_state',
      labels: { state },
      value: whenHolds(Number(state === holding), Number(state === otherwise)),
    })),
  ];
  const overridden = series.filter(({ name }) => !more.some((one) => one.name === name));
  const all = [...overridden, ...more].map((one) => ({ ...one, labels: { ...labels, ...one.labels } }));
  return { alert, label: ['printer', alert], series: all };
}

const one = (name: string, value: Value, labels: Record<string, string> = {}, isKept = false): Series => {
  return { name: `flashforge_${name}`, value, labels, isKept };
};

/** An exporter of its own, with a gauge that is 0 while the condition holds. */
function exporter(alert: string, name: string): Scenario {
  const labels = { job: 'flashforge', instance: alert };
  const series = [{ name: `flashforge_exporter_${name}`, labels, value: whenHolds(0, 1) }];
  return { alert, label: ['instance', alert], series };
}

const TOOL = { heater: 'tool0' };
const unlessLost = (value: number): Value => whenHolds(undefined, value);

export const SCENARIOS: readonly Scenario[] = [
  printer('FlashForgePrinterError', ['printing', 'printing'], one('error', whenHolds(1, 0))),
  printer(
    'FlashForgeFilamentRunout',
    ['paused', 'printing'],
    one('filament_present', whenHolds(0, 1), { tool: 'tool0' }),
  ),
  printer('FlashForgePrintPaused', ['paused', 'printing']),
  printer('FlashForgePausedHot', ['paused', 'printing'], one('temperature_target_celsius', constant(220), TOOL)),
  printer('FlashForgePlateWaiting', ['completed', 'printing']),
  printer(
    'FlashForgePrinterLostWhilePrinting',
    ['printing', 'printing'],
    // Not kept: here it is a scrape of the exporter that fails in the middle.
    one('up', whenHolds(0, 1)),
    one('last_seen_timestamp_seconds', (seconds, holds) => (holds ? HOLDS_FROM_S - 1 : seconds)),
    one('state', unlessLost(1), { state: 'printing' }),
  ),
  printer(
    'FlashForgeTemperatureOffTarget',
    ['printing', 'printing'],
    one('temperature_celsius', whenHolds(190, 220), TOOL),
    one('temperature_target_celsius', constant(220), TOOL),
  ),
  printer(
    'FlashForgeOverheat',
    ['ready', 'ready'],
    one('temperature_celsius', whenHolds(340, 25), TOOL),
    one('temperature_target_celsius', constant(0), TOOL),
  ),
  printer('FlashForgeHotAndIdle', ['ready', 'ready'], one('temperature_target_celsius', whenHolds(200, 0), TOOL)),
  printer('FlashForgeHeatingTooLong', ['heating', 'printing'], one('print_info', constant(1), { file: 'benchy.gx' })),
  printer(
    'FlashForgePrintStuck',
    ['printing', 'printing'],
    one('print_progress_ratio', (seconds, holds) => (holds ? 0.5 : seconds / 20_000)),
  ),
  printer('FlashForgeDiskNearlyFull', ['printing', 'printing'], one('disk_free_bytes', whenHolds(1e8, 5e9))),
  printer(
    'FlashForgeEndpointDown',
    ['printing', 'printing'],
    one('endpoint_up', constant(1), { protocol: 'tcp' }, true),
    one('endpoint_up', whenHolds(0, 1), { protocol: 'http' }, true),
  ),
  printer('FlashForgeScrapeSlow', ['printing', 'printing'], one('scrape_duration_seconds', whenHolds(9, 1), {}, true)),
  {
    alert: 'FlashForgeExporterDown',
    label: ['instance', 'down:10899'],
    series: [
      { name: 'up', labels: { job: 'flashforge', instance: 'down:10899' }, value: whenHolds(0, 1), isKept: true },
    ],
  },
  {
    alert: 'FlashForgeExporterLocalFailure',
    label: ['job', 'flashforge-local'],
    series: ['a', 'b', 'c'].map((name) => ({
      name: 'flashforge_scrape_failures_total',
      labels: { job: 'flashforge-local', instance: 'local:10899', printer: name, protocol: 'tcp', code: 'local' },
      value: (seconds) => Math.min(Math.max(seconds - HOLDS_FROM_S, 0), HOLDS_UNTIL_S - HOLDS_FROM_S),
      isKept: true,
    })),
  },
  exporter('FlashForgeConfigReloadFailed', 'config_last_reload_successful'),
  exporter('FlashForgeStateFileNotWritable', 'state_file_writable'),
  {
    alert: 'FlashForgeClockSkew',
    label: ['job', 'flashforge-skew'],
    series: [
      {
        name: 'flashforge_up',
        labels: { job: 'flashforge-skew', instance: 'skew:10899', printer: 'a' },
        value: constant(1),
        isKept: true,
      },
      {
        name: 'flashforge_last_seen_timestamp_seconds',
        labels: { job: 'flashforge-skew', instance: 'skew:10899', printer: 'a' },
        value: (seconds, holds) => (holds ? seconds - 660 : seconds),
        isKept: true,
      },
    ],
  },
];

/** A failed read of the printer in the middle: `up` says so, what was read is missing, what is kept stays. */
function valueAt({ name, value, isKept }: Series, seconds: number, isFailing: boolean): string {
  const holds = seconds >= HOLDS_FROM_S && seconds < HOLDS_UNTIL_S;
  const said = isFailing && name === 'flashforge_up' && isKept === true ? 0 : value(seconds, holds);
  return said === undefined || (isFailing && isKept !== true) ? 'stale' : `${said}`;
}

/** Input of `promtool test rules`, as plain data, without the checks. */
export function promtoolSeries(intervalSeconds: number): { series: string; values: string }[] {
  const times = Array.from({ length: Math.floor(END_S / intervalSeconds) + 1 }, (_, index) => index * intervalSeconds);
  const failingAt = times.find((seconds) => seconds >= 2 * 3600);
  return SCENARIOS.flatMap(({ series }) => series).map((one) => ({
    series: `${one.name}{${Object.entries(one.labels).map(([name, value]) => `${name}="${value}"`)}}`,
    values: times.map((seconds) => valueAt(one, seconds, seconds === failingAt)).join(' '),
  }));
}

/** How often an alert began or ended to fire, in PromQL. */
export const flips = ({ alert, label: [name, value] }: Scenario): string =>
  `changes((count(ALERTS{alertname="${alert}",alertstate="firing",${name}="${value}"}) or vector(0))[4h:${EVALUATION_S}s])`;

/** For how many evaluations it fired while the condition held, in PromQL; at the end of the scenario. */
export const firing = ({ alert, label: [name, value] }: Scenario): string =>
  `count_over_time(ALERTS{alertname="${alert}",alertstate="firing",${name}="${value}"}[2h] offset 1h)`;
