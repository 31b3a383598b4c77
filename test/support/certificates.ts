// Generates X.509 certificates for tests, so that the repository holds no private key and the tests need no openssl.
// Writes DER by hand (RFC 5280), ECDSA P-256 with SHA-256.
import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIPv4 } from 'node:net';

export interface Certificate {
  /** PEM. */
  readonly cert: string;
  /** PEM, PKCS #8. */
  readonly key: string;
  readonly commonName: string;
  readonly privateKey: KeyObject;
}

export interface CertificateOptions {
  readonly commonName: string;
  /** IPv4 addresses and DNS names. */
  readonly names?: readonly string[];
  /** The issuing certificate; self-signed by default. */
  readonly issuer?: Certificate;
  readonly isCa?: boolean;
}

const SEQUENCE = 0x30;
const SET = 0x31;
const OID = {
  ecdsaWithSha256: '2a8648ce3d040302',
  commonName: '550403',
  subjectAltName: '551d11',
  basicConstraints: '551d13',
};
const DAY_MS = 86_400_000;

function der(tag: number, ...content: readonly Buffer[]): Buffer {
  const body = Buffer.concat(content);
  const { length } = body;
  const header = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...header]), body]);
}

const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'));
const octets = (content: Buffer): Buffer => der(0x04, content);
const bits = (content: Buffer): Buffer => der(0x03, Buffer.from([0]), content);
const utcTime = (at: Date): Buffer =>
  der(0x17, Buffer.from(`${at.toISOString().replace(/\D/g, '').slice(2, 14)}Z`, 'latin1'));
const nameOf = (commonName: string): Buffer =>
  der(SEQUENCE, der(SET, der(SEQUENCE, oid(OID.commonName), der(0x0c, Buffer.from(commonName)))));

function altName(name: string): Buffer {
  return isIPv4(name) ? der(0x87, Buffer.from(name.split('.').map(Number))) : der(0x82, Buffer.from(name, 'latin1'));
}

function pem(bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

/** A certificate that is valid from yesterday until tomorrow. */
export function createCertificate({ commonName, names = [], issuer, isCa = false }: CertificateOptions): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = der(SEQUENCE, oid(OID.ecdsaWithSha256));
  const serial = randomBytes(8);
  serial.writeUInt8(0x40 | (serial.readUInt8(0) & 0x3f), 0);
  const extensions = [
    der(SEQUENCE, oid(OID.basicConstraints), octets(der(SEQUENCE, ...(isCa ? [der(0x01, Buffer.from([0xff]))] : [])))),
    ...(names.length > 0 ? [der(SEQUENCE, oid(OID.subjectAltName), octets(der(SEQUENCE, ...names.map(altName))))] : []),
  ];
  const content = der(
    SEQUENCE,
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, serial),
    algorithm,
    nameOf(issuer?.commonName ?? commonName),
    der(SEQUENCE, utcTime(new Date(Date.now() - DAY_MS)), utcTime(new Date(Date.now() + DAY_MS))),
    nameOf(commonName),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, der(SEQUENCE, ...extensions)),
  );
  const signature = bits(sign('sha256', content, issuer?.privateKey ?? privateKey));
  return {
    cert: pem(der(SEQUENCE, content, algorithm, signature)),
    key: String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
    commonName,
    privateKey,
  };
}
