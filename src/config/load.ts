// From the configuration file, the command line and the environment to the printers to read.

import { DEFAULT_TCP_PORT, MAX_NAME_LENGTH, type PrinterConfig } from '../printer/config.ts';
import { parseAddress } from './address.ts';
import { ConfigError, quoted } from './error.ts';
import { endpointsOf, placesMeantBy, placesOf } from './places.ts';
import type { PrinterKey } from './schema.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface ConfigSources {
  readonly file?: string;
  /** `[name=]host[:port]` each. */
  readonly printers: readonly string[];
  readonly env: Environment;
}

/** Environment variable with printers, separated by blanks or commas. */
export const PRINTERS_VARIABLE = 'FLASHFORGE_PRINTERS';

/** A printer, and who named it. */
export interface Origin {
  /** `printers.yml:3:5` for a key of the printer, or the argument itself. */
  readonly at: (key: PrinterKey) => string;
  readonly config: PrinterConfig;
}

/** Reads `[name=]host[:port]`. @throws ConfigError */
export function parsePrinter(text: string): PrinterConfig {
  const equals = text.indexOf('=');
  const address = text.slice(equals + 1);
  const name = equals === -1 ? address : text.slice(0, equals);
  if (address === '') throw new ConfigError(`${quoted(text)}: the address is empty; write [name=]host[:port]`);
  if (name.trim() === '' && equals !== -1) throw new ConfigError(`${quoted(text)}: the name before "=" is empty`);
  if (name.length > MAX_NAME_LENGTH) {
    throw new ConfigError(`"${name.slice(0, 20)}…": a name must have at most ${MAX_NAME_LENGTH} characters`);
  }
  const { host, port = DEFAULT_TCP_PORT } = parseAddress(address);
  if (port === 0)
    throw new ConfigError(`${quoted(text)}: port 0 switches TCP off, and HTTP needs a configuration file`);
  return { name, address, tcp: { host, port, login: 'auto' } };
}

function originOf(text: string, where: string): Origin {
  try {
    return { at: () => `${where} ${quoted(text)}`, config: parsePrinter(text) };
  } catch (error) {
    throw error instanceof ConfigError ? new ConfigError(`${where} ${error.message}`) : error;
  }
}

function checkUnique(origins: readonly Origin[]): void {
  const names = new Map<string, string>();
  const endpoints = new Map<string, string>();
  for (const { at, config } of origins) {
    // Addresses first: where names default to them, the name would be blamed for what nobody wrote.
    for (const endpoint of endpointsOf(config)) {
      const same = endpoints.get(endpoint);
      if (same) throw new ConfigError(`${at('address')}: the address ${endpoint} is taken already, at ${same}`);
      endpoints.set(endpoint, at('address'));
    }
    const sameName = names.get(config.name);
    if (sameName) throw new ConfigError(`${at('name')}: the name "${config.name}" is taken already, at ${sameName}`);
    names.set(config.name, at('name'));
  }
}

/** Whoever asks for a printer by its address must not get another of that name; its own address may be its name. */
function checkNames(origins: readonly Origin[]): void {
  const owned = origins.map((origin) => ({
    origin,
    places: [...placesOf(origin.config), ...endpointsOf(origin.config)],
  }));
  const owners = new Map(owned.flatMap(({ origin, places }) => places.map((place) => [place, origin] as const)));
  for (const { origin, places } of owned) {
    const { name } = origin.config;
    const meant = placesMeantBy(name);
    if (meant.some((place) => places.includes(place))) continue;
    const [other] = meant.flatMap((place) => owners.get(place) ?? []);
    if (!other) continue;
    throw new ConfigError(
      `${origin.at('name')}: the name "${name}" is the address of another printer, at ${other.at('address')}`,
    );
  }
}

/**
 * The printers that the file, the arguments and the environment name, in that order.
 * @throws ConfigError naming the file, line and column, or the argument
 */
export async function loadPrinters({ file, printers, env }: ConfigSources): Promise<readonly PrinterConfig[]> {
  const fromEnvironment = (env[PRINTERS_VARIABLE] ?? '').split(/[\s,]+/).filter((word) => word !== '');
  const origins = [
    // A third of the time to start goes into YAML and its schema: who has no file does not wait for them.
    ...(file === undefined ? [] : await (await import('./file.ts')).readConfigFile(file, env)),
    ...printers.map((text) => originOf(text, 'argument')),
    ...fromEnvironment.map((text) => originOf(text, `$${PRINTERS_VARIABLE}`)),
  ];
  checkUnique(origins);
  checkNames(origins);
  return origins.map(({ config }) => config);
}
