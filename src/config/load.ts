// Collects the printers from the configuration file, the command line and the environment.

import { parseAddress } from '../common/address.ts';
import { ConfigError, quoted } from '../common/config-error.ts';
import { DEFAULT_TCP_PORT, MAX_NAME_LENGTH, type PrinterConfig } from '../printer/config.ts';
import { endpointsMeantBy, endpointsOf, matchingEndpoints } from './endpoints.ts';
import type { Environment, Origin } from './origin.ts';

export interface ConfigSources {
  readonly file?: string | undefined;
  /** `[name=]host[:port]` each. */
  readonly printers: readonly string[];
  readonly env: Environment;
  /** Whether the file is read anew: one without a single character is then one that is being written. */
  readonly isReload?: boolean;
}

/** Environment variable that names printers, separated by white space or commas. */
export const PRINTERS_VARIABLE = 'FLASHFORGE_PRINTERS';

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
    // Addresses first: a name that defaults to its address would be reported, though nobody wrote it.
    for (const endpoint of endpointsOf(config)) {
      const same = endpoints.get(endpoint);
      if (same) throw new ConfigError(`${at('address')}: the address ${endpoint} is already used at ${same}`);
      endpoints.set(endpoint, at('address'));
    }
    const sameName = names.get(config.name);
    if (sameName) throw new ConfigError(`${at('name')}: the name "${config.name}" is already used at ${sameName}`);
    names.set(config.name, at('name'));
  }
}

/** A name must not be the address of another printer, or a request for that address would reach the wrong one. */
function checkNames(origins: readonly Origin[]): void {
  const owned = origins.map((origin) => ({
    origin,
    endpoints: [...matchingEndpoints(origin.config), ...endpointsOf(origin.config)],
  }));
  const owners = new Map(
    owned.flatMap(({ origin, endpoints }) => endpoints.map((endpoint) => [endpoint, origin] as const)),
  );
  for (const { origin, endpoints } of owned) {
    const { name } = origin.config;
    const meant = endpointsMeantBy(name);
    if (meant.some((endpoint) => endpoints.includes(endpoint))) continue;
    const [other] = meant.flatMap((endpoint) => owners.get(endpoint) ?? []);
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
export async function loadPrinters({
  file,
  printers,
  env,
  isReload = false,
}: ConfigSources): Promise<readonly PrinterConfig[]> {
  const fromEnvironment = (env[PRINTERS_VARIABLE] ?? '').split(/[\s,]+/).filter((word) => word !== '');
  const origins = [
    // Loading YAML and the schema takes a third of the start-up time, which is spent only if there is a file.
    ...(file === undefined ? [] : await (await import('./file.ts')).readConfigFile(file, env, isReload)),
    ...printers.map((text) => originOf(text, 'argument')),
    ...fromEnvironment.map((text) => originOf(text, `$${PRINTERS_VARIABLE}`)),
  ];
  checkUnique(origins);
  checkNames(origins);
  return origins.map(({ config }) => config);
}
