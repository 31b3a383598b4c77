// What people may write on the command line, and what they read when it is wrong.

import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { listeningSockets, run } from './run.ts';

const DATA = fileURLToPath(new URL('../config/data', import.meta.url));
const BAD_FILE = `${DATA}/bad/unknown-key.yml`;

/** The flags of one value, and one value each. */
const VALUES: Readonly<Record<string, string>> = {
  'log.level': 'warn',
  'log.format': 'json',
  'web.config.file': `${DATA}/good/empty.yml`,
  'web.telemetry-path': '/m',
  'web.max-requests': '1',
  'web.cors-origin': 'http://localhost:8000',
  'scrape.timeout': '5s',
  'scrape.timeout-offset': '0',
  'discovery.interval': '5m',
  'state.file': '/tmp/state.json',
  'config.file': `${DATA}/good/empty.yml`,
};
const REPEATABLE: Readonly<Record<string, string>> = {
  'web.listen-address': '[::1]:0',
  'probe.allow': '192.168.1.0/24',
};
const SWITCHES = ['config.check', 'web.disable-exporter-metrics', 'web.enable-lifecycle', 'web.systemd-socket'];

async function expectUsageError(argv: readonly string[], message: string): Promise<void> {
  const before = await listeningSockets();
  const { exitCode, out, err } = await run(argv);
  expect(err).toBe(`flashforge-exporter: ${message}\n`);
  expect(out).toBe('');
  expect(exitCode).toBe(2);
  expect(await listeningSockets()).toBe(before);
}

describe('a mistake is one line on stderr, exit code 2, and nothing started', () => {
  const address = 'write host, host:port, an IP address or [IPv6]:port';
  it.each<readonly [string, string]>([
    ['--frob', 'Unknown argument: frob; see --help'],
    ['serve --frob=1', 'Unknown argument: frob; see --help'],
    ['demo --config.file x', 'Unknown argument: config.file; see --help'],
    ['-x', 'Unknown argument: x; see --help'],
    ['-- -x', 'Unknown argument: x; see --help'],
    ['--webListenAddress :0', 'Unknown argument: webListenAddress; see --help'],
    ['--config.check.x', 'Unknown argument: config.check.x; see --help'],
    ['--config', 'Unknown argument: config; see --help'],
    ['--no-frob', 'Unknown argument: frob; see --help'],
    // yargs would take the positional for a flag.
    ['--printer 10.0.0.1', 'Unknown argument: --printer; see --help'],
    ['--printer=10.0.0.1 10.0.0.2', 'Unknown argument: --printer; see --help'],
    ['--no-printer', 'Unknown argument: --no-printer; see --help'],
    ['--_=10.0.0.1', 'Unknown argument: --_; see --help'],
    // Nor is it the standard input.
    ['-', 'Unknown argument: -; see --help'],
    ['serve a=10.0.0.1 -', 'Unknown argument: -; see --help'],
    ['probe -', 'Unknown argument: -; see --help'],
    ['--config.check -- -', 'Unknown argument: -; see --help'],
    ['--config.check --config.file -', 'Unknown argument: -; see --help'],
    ['demo 10.0.0.1', 'Unknown argument: 10.0.0.1; see --help'],
    ['simulate finder', 'Unknown argument: finder; see --help'],
    ['probe', 'Not enough non-option arguments: got 0, need at least 1; see --help'],
    ['probe 10.0.0.1 10.0.0.2', 'Unknown argument: 10.0.0.2; see --help'],
    ['192.168.1.999', `argument "192.168.1.999" is not an address: ${address}`],
    [
      'a=10.0.0.1 b=10.0.0.1:8899',
      'argument "b=10.0.0.1:8899": the address 10.0.0.1:8899 is already used at argument "a=10.0.0.1"',
    ],
    ['serve http://10.0.0.1/', `argument "http://10.0.0.1/" is not an address: ${address}`],
    ['probe 192.168.1.999', `"192.168.1.999" is not an address: ${address}`],
    ['probe 10.0.0.1:0', '"10.0.0.1:0": port 0 switches TCP off, and HTTP needs a configuration file'],
    ['--log.level loud', '--log.level: "loud" is not one of debug, info, warn, error'],
    ['--log.level=', '--log.level: "" is not one of debug, info, warn, error'],
    ['--log.format xml', '--log.format: "xml" is not one of logfmt, json'],
    [
      '--web.listen-address 10899',
      '--web.listen-address: "10899" is not a listen address: write :10899, 127.0.0.1:10899 or [::1]:10899',
    ],
    [
      '--web.listen-address=',
      '--web.listen-address: "" is not a listen address: write :10899, 127.0.0.1:10899 or [::1]:10899',
    ],
    [
      '--web.listen-address :0 --web.listen-address x',
      '--web.listen-address: "x" is not a listen address: write :10899, 127.0.0.1:10899 or [::1]:10899',
    ],
    ['--web.telemetry-path metrics', '--web.telemetry-path: "metrics" is not a path: write /metrics'],
    ['--web.telemetry-path /a?b', '--web.telemetry-path: "/a?b" is not a path: write /metrics'],
    ['--web.telemetry-path /a/../b', '--web.telemetry-path: "/a/../b" is not a path: write /metrics'],
    ['--web.telemetry-path /-/healthy', '--web.telemetry-path: /-/healthy is taken; write /metrics'],
    ['--web.telemetry-path /printer/x', '--web.telemetry-path: /printer/x is taken; write /metrics'],
    ['--web.telemetry-path /finder/temp', '--web.telemetry-path: /finder/temp is taken; write /metrics'],
    ['-config.check', 'Unknown argument: -config.check; flags begin with two dashes, see --help'],
    ['--web.telemetry-path /probe', '--web.telemetry-path: /probe is taken; write /metrics'],
    ['--web.max-requests 0', '--web.max-requests: "0" is not a number from 1 to 999999'],
    ['--web.max-requests -1', '--web.max-requests: "-1" is not a number from 1 to 999999'],
    ['--web.max-requests many', '--web.max-requests: "many" is not a number from 1 to 999999'],
    ['--scrape.timeout 5', '--scrape.timeout: "5" is not a duration: write 500ms, 10s, 1m30s or 1h'],
    ['--scrape.timeout -5s', '--scrape.timeout: "-5s" is not a duration: write 500ms, 10s, 1m30s or 1h'],
    ['--scrape.timeout 0', '--scrape.timeout: must be longer than 0'],
    ['--scrape.timeout-offset x', '--scrape.timeout-offset: "x" is not a duration: write 500ms, 10s, 1m30s or 1h'],
    [
      '--web.cors-origin http://localhost:8000/',
      '--web.cors-origin: "http://localhost:8000/" is not an origin: write http://host:port, or * for all',
    ],
    ['--discovery.interval often', '--discovery.interval: "often" is not a duration: write 500ms, 10s, 1m30s or 1h'],
    [
      '--probe.allow 192.168.1.0/33',
      '--probe.allow: "192.168.1.0/33" is not a network: write 192.168.1.0/24, fd00::/8 or one IP address',
    ],
    ['--probe.allow lan', '--probe.allow: "lan" is not a network: write 192.168.1.0/24, fd00::/8 or one IP address'],
    ['--config.file=', '--config.file: takes the path of a file'],
    [
      '--config.file /nowhere/x.yml',
      "--config.file cannot be read: ENOENT: no such file or directory, open '/nowhere/x.yml'",
    ],
    ['--config.check=yes', 'Argument unexpected for: config.check'],
    ['--web.disable-exporter-metrics=no', 'Argument unexpected for: web.disable-exporter-metrics'],
    ['probe 10.0.0.1 --timeout 0', '--timeout: must be longer than 0'],
    ['probe 10.0.0.1 --timeout soon', '--timeout: "soon" is not a duration: write 500ms, 10s, 1m30s or 1h'],
    ['probe 10.0.0.1 --output xml', '--output: "xml" is not one of table, json, metrics'],
    ['discover --output xml', '--output: "xml" is not one of table, yaml, json'],
    ['discover --target 1.2.3', `--target: "1.2.3" is not an address: ${address}`],
    ['simulate --count 0', '--count: "0" is not a number from 1 to 10000'],
    ['simulate --count 10001', '--count: "10001" is not a number from 1 to 10000'],
    ['simulate --port 65536', '--port: "65536" is not a number from 0 to 65535'],
    ['simulate --fault drop@M1', '--fault: "drop@M1" does not end in a command such as @M27'],
    ['simulate --latency 1s', '--latency: "1s" is not a number from 0 to 60000'],
    [
      'simulate --model ender3',
      '--model: "ender3" is not one of finder, adventurer3, adventurer4, adventurer5m, adventurer5m-pro, ad5x, creator4, creator5, creator5-pro, dreamer',
    ],
  ])('%s', async (words, message) => {
    await expectUsageError(words.split(' '), message);
  });

  it.each<readonly [string, string]>([
    ['prob 192.168.1.51', 'probe'],
    ['--config.check Discovr', 'discover'],
    ['simulte', 'simulate'],
    ['demmo', 'demo'],
    ['version', '--version'],
    ['halp', '--help'],
  ])('%s: a misspelt command is no printer', async (words, meant) => {
    const { exitCode, out, err } = await run(words.split(' '));
    expect([exitCode, out]).toEqual([2, '']);
    const word = words.split(' ').find((one) => !one.startsWith('-'));
    const message = `"${word}" is not a command: write ${meant}, or serve ${word} if it is the name of a printer`;
    expect(err).toBe(`flashforge-exporter: ${message}\n`);
  });

  it('a bare word that does not resolve is neither a command nor a printer', async () => {
    for (const argv of [['a=10.0.0.1', 'no-such-host-of-ours'], ['no-such-host-of-ours']]) {
      const before = await listeningSockets();
      const { exitCode, out, err } = await run(argv);
      expect([exitCode, out, await listeningSockets()]).toEqual([2, '', before]);
      expect(err).toMatch(
        /^flashforge-exporter: "no-such-host-of-ours" is not a command, and as the name of a printer it does not resolve: [^\n]+; see --help, or write serve no-such-host-of-ours\n$/,
      );
    }
  });

  it('is one line even where the argument has several', async () => {
    await expectUsageError(
      ['--log.level', 'a\nb\u001b[2J'],
      '--log.level: "a…" is not one of debug, info, warn, error',
    );
    await expectUsageError(['a\u009b2Jb'], `argument "a 2Jb" is not an address: ${address}`);
    await expectUsageError([''], 'argument "": the address is empty; write [name=]host[:port]');
  });

  it.each(Object.entries(VALUES))('--%s %s twice, without a value, or negated', async (flag, value) => {
    await expectUsageError([`--${flag}`, value, `--${flag}=${value}`], `--${flag}: takes one value, once`);
    await expectUsageError([`--no-${flag}`], `--${flag}: takes one value, once`);
    await expectUsageError([`--${flag}`], `Not enough arguments following: ${flag}`);
  });

  it.each(SWITCHES)('--%s with a truth value, which would be a printer', async (flag) => {
    const message = `--${flag} takes no value: write --${flag} or --no-${flag}`;
    for (const truth of ['true', 'false', 'yes', 'No']) {
      await expectUsageError([`--${flag}`, truth], message);
      await expectUsageError(['serve', 'a=10.0.0.1', `--no-${flag}`, truth], message);
    }
  });

  it.each(['--help', '--version', '-h'])('%s with a value', async (flag) => {
    await expectUsageError([`${flag}=x`], `${flag} takes no value: write ${flag}`);
    await expectUsageError(['probe', `${flag}=`], `${flag} takes no value: write ${flag}`);
  });

  it.each(Object.keys(REPEATABLE))('--%s without a value, or negated', async (flag) => {
    await expectUsageError([`--no-${flag}`], `--${flag}: takes a value`);
    await expectUsageError([`--${flag}`], `Not enough arguments following: ${flag}`);
  });

  it('a bad configuration file', async () => {
    const message = new RegExp(`^flashforge-exporter: ${BAD_FILE}:3:5: unknown key "adress"; [^\\n]*\\n$`);
    for (const argv of [['--config.check'], [], ['serve'], ['probe', 'finder']]) {
      const before = await listeningSockets();
      const { exitCode, out, err } = await run([...argv, '--config.file', BAD_FILE]);
      expect(err).toMatch(message);
      expect([exitCode, out, await listeningSockets()]).toEqual([2, '', before]);
    }
  });

  it('a bad printer in the environment', async () => {
    const { exitCode, err } = await run([], { FLASHFORGE_PRINTERS: 'a=10.0.0.1,192.168.1.999' });
    expect(err).toBe(`flashforge-exporter: $FLASHFORGE_PRINTERS "192.168.1.999" is not an address: ${address}\n`);
    expect(exitCode).toBe(2);
  });
});

describe('--config.check', () => {
  /** The printers that the arguments amount to. */
  async function printersOf(argv: readonly string[], variable?: string): Promise<string> {
    const before = await listeningSockets();
    const { exitCode, out, err } = await run(argv, { FLASHFORGE_PRINTERS: variable });
    expect([exitCode, err, await listeningSockets()]).toEqual([0, '', before]);
    return out.replace(/^configuration is good: (.*)\n$/, '$1');
  }

  it.each<readonly [readonly string[], string]>([
    [['--config.check'], '0 printers'],
    [['--config.check', '192.168.1.50'], '1 printer: 192.168.1.50'],
    [['serve', '192.168.1.50', '--config.check'], '1 printer: 192.168.1.50'],
    // The command may stand behind a switch.
    [['--config.check', 'serve', 'a=192.168.1.50'], '1 printer: a'],
    [['--config.check', '--', 'a=192.168.1.50'], '1 printer: a'],
    [['--config.check', 'serve', '--', 'a=192.168.1.50', 'b=finder.lan'], '2 printers: a, b'],
    // Names that look like numbers stay as they are.
    [
      ['--config.check', '5=127.0.0.1', '007=127.0.0.2', '1e3=127.0.0.3', '0x10=[::1]:9000'],
      '4 printers: 5, 007, 1e3, 0x10',
    ],
    [['--config.check', 'My "Finder"=192.168.1.50:9000'], '1 printer: My "Finder"'],
    // No terminal obeys a name.
    [
      ['--config.check', 'a\u001b[2J\n"b"\u009b=10.0.0.1', 'c=10.0.0.2'],
      '2 printers: "a\\u001b[2J\\n\\"b\\"\\u009b", c',
    ],
    [['--config.check', '--web.listen-address', ':0', '192.168.1.50'], '1 printer: 192.168.1.50'],
    [['--config.check', '--probe.allow', '10.0.0.0/8', '--probe.allow=::1', '192.168.1.50'], '1 printer: 192.168.1.50'],
    [['--config.check', '--no-web.disable-exporter-metrics'], '0 printers'],
    [['--no-config.check', '--config.check'], '0 printers'],
    [['--config.check', 'serve', 'a=10.0.0.1', 'true'], '2 printers: a, true'],
    // A name that resolves, and names that would be mistakes without the command.
    [['--config.check', 'localhost'], '1 printer: localhost'],
    [['--config.check', 'serve', 'prob', 'version'], '2 printers: prob, version'],
    [['--config.check', '--config.file', `${DATA}/good/one-host-two-ports.yml`], '2 printers: first, second'],
    [['--config.check', `--config.file=${DATA}/good/empty.yml`, 'a=10.0.0.1'], '1 printer: a'],
  ])('%j', async (argv, expected) => {
    expect(await printersOf(argv)).toBe(expected);
  });

  it('takes $FLASHFORGE_PRINTERS with blanks and commas', async () => {
    expect(await printersOf(['--config.check', 'd=10.0.0.4'], ' a=10.0.0.1,,b=[::1]:5\n , c ')).toBe(
      '4 printers: d, a, b, c',
    );
  });

  it('takes every flag in both spellings', async () => {
    for (const [flag, value] of [...Object.entries(VALUES), ...Object.entries(REPEATABLE)]) {
      expect(await printersOf(['--config.check', `--${flag}`, value, 'a=10.0.0.1'])).toBe('1 printer: a');
      expect(await printersOf(['--config.check', `--${flag}=${value}`, 'a=10.0.0.1'])).toBe('1 printer: a');
    }
  });

  it.each(SWITCHES)('--%s may stand before the command', async (flag) => {
    expect(await printersOf([`--${flag}`, 'serve', '--config.check', 'a=10.0.0.1'])).toBe('1 printer: a');
  });
});

describe('--help', () => {
  it.each([
    [['--help']],
    [['-h']],
    [['serve', '--help']],
    [['--config.file', 'x', '--help']],
    [['192.168.1.999', '-h']],
  ])('%j lists every flag of serve, and starts nothing', async (argv) => {
    const before = await listeningSockets();
    const { exitCode, out, err } = await run(argv);
    expect([exitCode, err, await listeningSockets()]).toEqual([0, '', before]);
    for (const flag of [...Object.keys(VALUES), ...Object.keys(REPEATABLE), ...SWITCHES, 'help', 'version']) {
      expect(out).toContain(`--${flag} `);
    }
    expect(out).toContain('[default: ":10899"]');
    expect(out).toContain('[default: "/metrics"]');
    expect(out).toContain('[default: "10s"]');
    expect(out).toContain('[default: "500ms"]');
    expect(out).toContain('[default: "40"]');
    expect(out).toContain('$FLASHFORGE_PRINTERS');
  });

  it('lists the commands', async () => {
    const { out } = await run(['--help']);
    for (const command of ['serve', 'probe', 'discover', 'demo', 'simulate']) {
      expect(out).toMatch(new RegExp(`^ {2}flashforge-exporter ${command}\\b`, 'm'));
    }
  });

  it('tests every flag that it lists here', async () => {
    const { out } = await run(['--help']);
    const flags = [...out.matchAll(/^ {2}(?:-h, | {4})--(\S+)/gm)].map(([, flag]) => flag);
    const known = [...Object.keys(VALUES), ...Object.keys(REPEATABLE), ...SWITCHES, 'help', 'version'];
    expect(flags.sort()).toEqual(known.sort());
  });

  it.each(['serve', 'probe', 'discover', 'demo', 'simulate'])('of %s fits a terminal', async (command) => {
    const { exitCode, out } = await run([command, '--help']);
    expect(exitCode).toBe(0);
    expect(out).toMatch(new RegExp(`^flashforge-exporter ${command}`));
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
    // No flag or description runs into its type.
    expect(out).not.toMatch(/\S\[(?:string|boolean|choices|default)/);
  });
});

describe('--version', () => {
  it.each([[['--version']], [['serve', '--version']], [['probe', '--version']]])('%j', async (argv) => {
    const { exitCode, out, err } = await run(argv);
    expect(out).toMatch(/^flashforge-exporter \d+\.\d+\.\d+\S* \(revision \w+, Node\.js \d+\.\d+\.\d+\S*\)\n$/);
    expect([exitCode, err]).toEqual([0, '']);
  });
});
