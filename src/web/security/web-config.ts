// Reads --web.config.file and the files it names. Synchronous, so that a change applies from the next connection on; the files
// are small, and are read only when they have changed.

import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { createSecureContext } from 'node:tls';
import type { z } from 'zod';
import { ConfigError } from '../../common/config-error.ts';
import { reasonOf } from '../../common/reason.ts';
import type { Secret } from '../../common/secret.ts';
import { checkYaml, type Problem, shownKey } from '../../config/check.ts';
import { parseYaml } from '../../config/yaml.ts';
import { contextOptions, type TlsSettings } from './tls.ts';
import {
  ALLOWED_KEYS,
  versionsOf,
  type WrittenTls,
  type WrittenWebConfig,
  webConfigSchema,
} from './web-config-schema.ts';

export interface WebConfig {
  /** Undefined for plain HTTP. */
  readonly tls?: TlsSettings;
  /** Of every response; names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** bcrypt hashes by user; no users means no authentication. */
  readonly users: ReadonlyMap<string, Secret>;
}

export interface ParsedWebConfig {
  /** The certificate files it names. */
  readonly files: readonly string[];
  readonly isEmpty: boolean;
  /** Reads them. @throws ConfigError with `file:line:column` */
  readonly resolve: () => WebConfig;
}

const MAX_FILE_BYTES = 1024 * 1024;
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/** @throws ConfigError beginning with the subject */
function readSmallFile(path: string, subject: string): string {
  try {
    const { size } = checkedStat(path);
    if (size > MAX_FILE_BYTES) throw new Error(`${path} has more than ${MAX_FILE_BYTES} bytes`);
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConfigError(`${subject} cannot be read: ${reasonOf(error)}`);
  }
}

// Reading a pipe would block the whole process until something is written to it.
function checkedStat(path: string): { readonly size: number } {
  const stat = statSync(path);
  if (!stat.isFile()) throw new Error(`${path} is not a regular file`);
  return stat;
}

function describe(issue: z.core.$ZodIssue): Problem {
  const { path } = issue;
  if (issue.code === 'unrecognized_keys') {
    const [key = ''] = issue.keys;
    const where = String(path.at(-1) ?? '');
    const allowed = ALLOWED_KEYS[where]?.join(', ') ?? 'no keys';
    return {
      path: [...path, key],
      message: `unknown key ${shownKey(key)}; ${where || 'the file'} may have ${allowed}`,
    };
  }
  const [section] = path;
  // The messages for users and headers name them themselves, or must not name them.
  const isNamed = path.length > 2 || section === 'basic_auth_users';
  if (isNamed && path.length > 1) return { path, message: issue.message };
  return { path, message: `${String(path.at(-1) ?? 'the file')} ${issue.message}` };
}

type TlsKey = keyof WrittenTls;
type Fail = (key: TlsKey, message: string) => ConfigError;

interface Material {
  /** The key that names it. */
  readonly key: TlsKey;
  readonly text: string;
}

function readMaterial(
  written: WrittenTls,
  file: string,
  keys: readonly [TlsKey, TlsKey],
  fail: Fail,
): Material | undefined {
  const [fileKey, inlineKey] = keys;
  const path = written[fileKey];
  if (path) {
    try {
      return { key: fileKey, text: readSmallFile(resolve(dirname(file), path), fileKey) };
    } catch (error) {
      throw error instanceof ConfigError ? fail(fileKey, error.message) : error;
    }
  }
  const text = written[inlineKey];
  return text ? { key: inlineKey, text } : undefined;
}

function readCertificates({ key, text }: Material, fail: Fail): readonly X509Certificate[] {
  try {
    const found = (text.match(CERTIFICATE) ?? []).map((pem) => new X509Certificate(pem));
    if (found.length > 0) return found;
  } catch {
    // Reported below.
  }
  throw fail(key, `${key} holds no certificate in PEM`);
}

function readPrivateKey({ key, text }: Material, fail: Fail): ReturnType<typeof createPrivateKey> {
  try {
    return createPrivateKey(text);
  } catch {
    throw fail(key, `${key} holds no private key in PEM without a passphrase`);
  }
}

function tlsSettings(written: WrittenTls, file: string, fail: Fail): TlsSettings | undefined {
  const cert = readMaterial(written, file, ['cert_file', 'cert'], fail);
  const key = readMaterial(written, file, ['key_file', 'key'], fail);
  if (!cert || !key) return undefined;
  const [own] = readCertificates(cert, fail);
  const privateKey = readPrivateKey(key, fail);
  // Also seen for a moment while both are being replaced: the old pair stays until the new one matches.
  if (!own?.checkPrivateKey(privateKey)) throw fail(key.key, `${key.key} does not belong to ${cert.key}`);
  const ca = readMaterial(written, file, ['client_ca_file', 'client_ca'], fail);
  if (ca) readCertificates(ca, fail);
  const { min, max } = versionsOf(written);
  const settings: TlsSettings = {
    cert: cert.text,
    key: key.text,
    clientAuthType: written.client_auth_type ?? 'NoClientCert',
    minVersion: min,
    maxVersion: max,
    ...(ca && { clientCa: ca.text }),
  };
  try {
    createSecureContext(contextOptions(settings));
  } catch (error) {
    throw fail(cert.key, `${cert.key} and ${key.key} cannot be used: ${reasonOf(error)}`);
  }
  return settings;
}

function filesOf({ cert_file, key_file, client_ca_file }: Partial<WrittenTls>, file: string): readonly string[] {
  return [cert_file, key_file, client_ca_file].flatMap((path) => (path ? [resolve(dirname(file), path)] : []));
}

function parse(source: string, file: string): ParsedWebConfig {
  const yaml = parseYaml(source, file);
  const { value, at } = yaml;
  const written: WrittenWebConfig = checkYaml(webConfigSchema, yaml, describe);
  const fail: Fail = (key, message) => new ConfigError(`${at(['tls_server_config', key])}: ${message}`);
  return {
    files: filesOf(written.tls_server_config ?? {}, file),
    isEmpty: value === undefined,
    resolve: () => {
      const tls = written.tls_server_config ? tlsSettings(written.tls_server_config, file, fail) : undefined;
      return {
        ...(tls && { tls }),
        headers: written.http_server_config?.headers ?? {},
        users: written.basic_auth_users ?? new Map(),
      };
    },
  };
}

/** Reads the file, but not the files it names. @throws ConfigError with `file:line:column` */
export function parseWebConfig(file: string): ParsedWebConfig {
  return parse(readSmallFile(file, '--web.config.file'), file);
}

/** Reads the file and the files it names. @throws ConfigError with `file:line:column` */
export function loadWebConfig(file: string): WebConfig {
  return parseWebConfig(file).resolve();
}
