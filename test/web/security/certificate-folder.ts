// A folder with the certificates and keys, valid and invalid, that the files in data/ refer to.

import { createPrivateKey } from 'node:crypto';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Certificate, createCertificate } from '../../support/certificates.ts';

export const DATA = fileURLToPath(new URL('data/', import.meta.url));

export const serverCa = createCertificate({ commonName: 'server CA', isCa: true });
export const clientCa = createCertificate({ commonName: 'client CA', isCa: true });
const other = createCertificate({ commonName: 'other' });

/** A new certificate for 127.0.0.1 and localhost. */
export function createServerCertificate(commonName = 'exporter'): Certificate {
  return createCertificate({ commonName, names: ['127.0.0.1', 'localhost'], issuer: serverCa });
}

export interface CertificateFolder {
  readonly path: string;
  readonly server: Certificate;
  /** Writes a file into it. @returns its path */
  write(name: string, text: string): Promise<string>;
  /** Copies a file of data/ into it. @returns its path */
  copy(name: string): Promise<string>;
  remove(): Promise<void>;
}

export async function createCertificateFolder(): Promise<CertificateFolder> {
  const path = await mkdtemp(join(tmpdir(), 'flashforge-web-'));
  const server = createServerCertificate();
  const write = async (name: string, text: string): Promise<string> => {
    await writeFile(join(path, name), text);
    return join(path, name);
  };
  const encrypted = createPrivateKey(server.key).export({
    type: 'pkcs8',
    format: 'pem',
    cipher: 'aes-256-cbc',
    passphrase: 'x',
  });
  await write('server.crt', server.cert);
  await write('server.key', server.key);
  await write('ca.crt', clientCa.cert);
  await write('other.key', other.key);
  await write('encrypted.key', String(encrypted));
  return {
    path,
    server,
    write,
    copy: async (name) => {
      await copyFile(join(DATA, name), join(path, basename(name)));
      return join(path, basename(name));
    },
    remove: () => rm(path, { recursive: true, force: true }),
  };
}
