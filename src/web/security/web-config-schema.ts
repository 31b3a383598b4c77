// Schema of --web.config.file, in the format of Prometheus's exporter-toolkit:
// https://github.com/prometheus/exporter-toolkit/blob/master/docs/web-configuration.md

import { validateHeaderValue } from 'node:http';
import { z } from 'zod';
import { Secret } from '../../common/secret.ts';

export const CLIENT_AUTH_TYPES = [
  'NoClientCert',
  'RequestClientCert',
  'RequireAnyClientCert',
  'VerifyClientCertIfGiven',
  'RequireAndVerifyClientCert',
] as const;

/** Oldest first. */
export const TLS_VERSIONS = ['TLS10', 'TLS11', 'TLS12', 'TLS13'] as const;

// The toolkit's five headers, with the allowed values of those that have a fixed set.
const HEADER_VALUES: ReadonlyMap<string, readonly string[] | undefined> = new Map([
  ['Content-Security-Policy', undefined],
  ['X-Content-Type-Options', ['nosniff']],
  ['X-Frame-Options', ['deny', 'sameorigin']],
  ['X-XSS-Protection', undefined],
  ['Strict-Transport-Security', undefined],
]);

// A prefix that bcryptjs knows, the cost, 22 characters of salt and 31 of hash.
const BCRYPT = /^\$2[aby]\$(0[4-9]|[12]\d|3[01])\$[./A-Za-z0-9]{53}$/;

/** The cost of a bcrypt hash: comparing takes 2^cost rounds. */
export function costOf(hash: string): number {
  return Number(BCRYPT.exec(hash)?.[1] ?? 0);
}

// In the toolkit an empty string means the same as none.
const text = z
  .string('must be text; put it in quotes')
  .nullish()
  .transform((written) => written || undefined);

function refused(reason: string) {
  return z.never(`is not supported here: ${reason}`).optional();
}

const version = z.enum(TLS_VERSIONS, `must be one of ${TLS_VERSIONS.join(', ')}`).nullish();

const tlsShape = {
  cert_file: text,
  key_file: text,
  cert: text,
  key: text,
  client_auth_type: z
    // The second name is an old one that the toolkit still accepts.
    .enum(['', 'RequireClientCert', ...CLIENT_AUTH_TYPES], `must be one of ${CLIENT_AUTH_TYPES.join(', ')}`)
    .nullish()
    .transform((type) => (type === 'RequireClientCert' ? 'RequireAnyClientCert' : type || undefined)),
  client_ca_file: text,
  client_ca: text,
  min_version: version,
  max_version: version,
};

const tls = z
  .strictObject(
    {
      ...tlsShape,
      client_allowed_sans: refused('sign client certificates by a CA of their own, in client_ca_file'),
      cipher_suites: refused("Node.js's own list holds"),
      curve_preferences: refused("Node.js's own list holds"),
      prefer_server_cipher_suites: refused("Node.js's own order holds"),
    },
    'must be a map with cert_file and key_file',
  )
  .superRefine((written, context) => {
    const problem = (key: keyof typeof tlsShape, message: string): void =>
      context.addIssue({ code: 'custom', path: [key], message });
    const pairs = [
      ['cert_file', 'cert'],
      ['key_file', 'key'],
      ['client_ca_file', 'client_ca'],
    ] as const;
    for (const [file, inline] of pairs) {
      if (written[file] && written[inline]) problem(inline, `must not stand beside ${file}`);
    }
    if (!Object.values(written).some((value) => value !== undefined && value !== null)) return;
    if (!written.cert_file && !written.cert) problem('cert_file', 'is missing');
    if (!written.key_file && !written.key) problem('key_file', 'is missing');
    const type = written.client_auth_type ?? 'NoClientCert';
    const ca = written.client_ca_file ? 'client_ca_file' : written.client_ca ? 'client_ca' : undefined;
    if (ca && type === 'NoClientCert') problem(ca, 'needs a client_auth_type beside it that asks for certificates');
    // Without one, certificates of public CAs would be accepted, and anybody can get one of those.
    if (!ca && (type === 'RequireAndVerifyClientCert' || type === 'VerifyClientCertIfGiven')) {
      problem('client_auth_type', `${type} needs client_ca_file beside it`);
    }
    const { min, max } = versionsOf(written);
    if (TLS_VERSIONS.indexOf(max) < TLS_VERSIONS.indexOf(min)) {
      problem(written.max_version ? 'max_version' : 'min_version', `leaves no version between ${min} and ${max}`);
    }
  })
  .nullish();

type TlsVersion = (typeof TLS_VERSIONS)[number];

/** The allowed TLS versions, with the toolkit's defaults. */
export function versionsOf(written: {
  readonly min_version?: TlsVersion | null | undefined;
  readonly max_version?: TlsVersion | null | undefined;
}): { readonly min: TlsVersion; readonly max: TlsVersion } {
  return { min: written.min_version ?? 'TLS12', max: written.max_version ?? 'TLS13' };
}

type Problem = (message: string, key?: string) => void;

/** A map with arbitrary keys. Not z.record, which drops the key `__proto__`: a user of that name would disable authentication. */
function mapOf<T>(read: (entries: readonly (readonly [string, unknown])[], problem: Problem) => T) {
  return z
    .custom<object | null | undefined>(
      (value) => value == null || (typeof value === 'object' && !Array.isArray(value)),
      {
        error: 'must be a map',
      },
    )
    .transform((value, context) =>
      read(Object.entries(value ?? {}), (message, key) =>
        context.addIssue({ code: 'custom', path: key === undefined ? [] : [key], message }),
      ),
    );
}

function isHeaderValue(name: string, value: string): boolean {
  try {
    validateHeaderValue(name, value);
    return true;
  } catch {
    return false;
  }
}

const headers = mapOf((entries, problem) => {
  const found: Record<string, string> = {};
  for (const [name, written] of entries) {
    const allowed = HEADER_VALUES.get(name);
    // YAML reads `X-XSS-Protection: 0` as a number.
    const value = Number.isSafeInteger(written) ? String(written) : (written ?? '');
    if (!HEADER_VALUES.has(name)) {
      problem(`this header cannot be set; those that can are ${[...HEADER_VALUES.keys()].join(', ')}`, name);
    } else if (typeof value !== 'string') {
      problem(`${name} must be text; put it in quotes`, name);
    } else if (allowed && !allowed.includes(value)) {
      problem(`${name} must be ${allowed.join(' or ')}`, name);
    } else if (!isHeaderValue(name, value)) {
      problem(`${name} must be one line of plain characters`, name);
    } else if (value !== '') {
      found[name.toLowerCase()] = value;
    }
  }
  return found;
});

const users = mapOf((entries, problem) => {
  const found = new Map<string, Secret>();
  for (const [user, hash] of entries) {
    // The value may be the password itself, so it is not in the message.
    if (user.includes(':')) problem('a user name must not hold a colon; write "name: hash", with a blank', user);
    else if (typeof hash !== 'string' || !BCRYPT.test(hash)) {
      problem('the password must be a bcrypt hash, such as `htpasswd -nBC 10 ""` prints', user);
    } else found.set(user, new Secret(hash));
  }
  return found;
});

const httpShape = {
  http2: z.boolean('must be true or false').nullish(),
  headers: headers.optional(),
};

export const webConfigSchema = z.strictObject(
  {
    tls_server_config: tls,
    http_server_config: z.strictObject(httpShape, 'must be a map with http2 and headers').nullish(),
    basic_auth_users: users.optional(),
    rate_limit: refused('--web.max-requests limits the requests at once'),
  },
  'must be a map with tls_server_config, http_server_config and basic_auth_users',
);

export type WrittenWebConfig = z.infer<typeof webConfigSchema>;
export type WrittenTls = NonNullable<WrittenWebConfig['tls_server_config']>;

/** The allowed keys of a map, by its place in the file. */
export const ALLOWED_KEYS: Readonly<Record<string, readonly string[]>> = {
  '': ['tls_server_config', 'http_server_config', 'basic_auth_users'],
  tls_server_config: Object.keys(tlsShape),
  http_server_config: Object.keys(httpShape),
};
