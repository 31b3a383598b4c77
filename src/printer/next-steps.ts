// What to do about a printer that is not read, or not read in full: one table of symptoms, for `probe`, the log, the status
// page and docs/troubleshooting.md. The evidence for each row is in docs/protocol.md#what-other-clients-ran-into.

export interface NextStep {
  /** What a person sees, as the heading in docs/troubleshooting.md. */
  readonly symptom: string;
  /** One sentence: what to do about it. */
  readonly step: string;
}

export const NEXT_STEPS = {
  'name-unknown': {
    symptom: 'The name does not resolve',
    step: "Use the printer's IP address, from the network page of its screen: containers cannot resolve names that end in .local (mDNS).",
  },
  'http-only': {
    symptom: 'Port 8899 refuses, and port 8898 answers',
    step: 'Set tcp: false and add serial_number and check_code: port 8898 answers, so this printer is read over HTTP only, as a Creator 5 is, and its screen calls the check code Printer ID.',
  },
  'http-port': {
    symptom: 'Port 8898 is in the address',
    step: 'Leave the port out of the address and add serial_number and check_code (the screen calls it Printer ID): 8898 is the HTTP port, and the address takes the TCP port.',
  },
  'no-tcp': {
    symptom: 'Only HTTP is read, and port 8899 refuses',
    step: 'Set tcp: false if this printer never answers on port 8899, as a Creator 5 does not; otherwise close FlashPrint and restart the printer.',
  },
  'http-unused': {
    symptom: 'Only TCP is read, and port 8898 answers',
    step: 'Add serial_number and check_code to read the HTTP endpoint too: its screen calls the check code Printer ID, and shows it while LAN mode is on.',
  },
  'nothing-listens': {
    symptom: 'Nothing listens on the printer',
    step: 'Wake or restart the printer and check its address; with a Klipper mod in place of the stock screen (ZMod, Forge-X), read it through Moonraker with prometheus-klipper-exporter.',
  },
  'http-refused': {
    symptom: 'Port 8898 refuses',
    step: "Switch LAN mode (LAN only) on in the printer's network settings; if the model has no HTTP endpoint (Finder, Dreamer, Guider II, Adventurer 3 or 4), remove serial_number and check_code.",
  },
  'not-there': {
    symptom: 'Nothing answers at the address',
    step: 'Check that the printer is on and awake, that the address is the one on its screen, and that no other VLAN, guest Wi-Fi or firewall is in between.',
  },
  'other-client': {
    symptom: 'Another client talks to the printer',
    step: "Close FlashPrint, Orca-Flashforge or any other tool that is connected to this printer: it serves one client at a time, and that client's replies arrive here.",
  },
  mute: {
    symptom: 'The printer accepts the connection and says nothing',
    step: 'Close other clients and restart the printer: it says nothing even after a login.',
  },
  'mute-without-login': {
    symptom: 'The printer says nothing without a login',
    step: 'Set login: auto (or probe --login auto): some printers answer only after a login.',
  },
  slow: {
    symptom: 'The printer is too slow over TCP',
    step: 'Close other clients, give it more time (scrape_timeout in Prometheus, timeout in the configuration) and restart it if it stays slow.',
  },
  'slow-http': {
    symptom: 'The printer is too slow over HTTP',
    step: 'Give it more time (timeout in the configuration, 15s if not set, and a longer scrape_timeout in Prometheus): a 5M takes over 10 s while it prints.',
  },
  closed: {
    symptom: 'The printer closes the connection',
    step: 'Wait for the next read, which usually works; if it keeps happening, close other clients and restart the printer.',
  },
  html: {
    symptom: 'A web page answers',
    step: 'Check the address: a router, a captive portal or another device answers there, not the printer.',
  },
  'not-understood': {
    symptom: 'The reply is not understood',
    step: 'Check that this is the address of a FlashForge printer; if it is, open an issue with the output of probe --output json.',
  },
  'own-fault': {
    symptom: 'The exporter is at fault',
    step: 'Open an issue with the lines of the log that say "a fault in the exporter": the printer and its configuration are not the reason.',
  },
  'login-never': {
    symptom: 'The printer wants a login, and login is never',
    step: 'Set login: auto, so that the exporter logs in for the read and out again.',
  },
  'login-refused': {
    symptom: 'The printer refuses the login',
    step: 'Close FlashPrint or whatever else controls this printer: it accepts one login at a time.',
  },
  'wrong-serial': {
    symptom: 'The serial number is wrong',
    step: 'Copy the serial number from the sticker, from the information page of the screen or from discover, with its SN; if it was right before a firmware update, restart the printer.',
  },
  'wrong-code-5m': {
    symptom: 'The check code is wrong (Adventurer 5M, 5M Pro, AD5X)',
    step: 'Copy the Printer ID from the network page of the screen, where the LAN-only switch is; it changes when LAN-only mode is switched off and on.',
  },
  'wrong-code-creator5': {
    symptom: 'The check code is wrong (Creator 5, Creator 5 Pro)',
    step: 'Switch LAN mode on and copy the Printer ID of eight characters that the screen then shows; it changes each time LAN mode is switched off and on.',
  },
  'wrong-code': {
    symptom: 'The check code is wrong (other models)',
    step: 'Switch LAN mode on and copy the Printer ID or access code that the screen then shows, or the sticker; it changes when LAN mode is switched off and on.',
  },
  'wrong-credentials': {
    symptom: 'The printer refuses the serial number or the check code',
    step: 'Compare both with the screen: the serial number begins with SN, and the check code (Printer ID) changes when LAN mode is switched off and on.',
  },
  'lan-mode': {
    symptom: 'LAN mode is off',
    step: "Switch LAN mode (LAN only) on in the printer's network settings and copy the new check code (Printer ID) into the configuration.",
  },
  busy: {
    symptom: 'The printer says that it is busy',
    step: 'Wait until its job or update is over; if it stays busy while idle, restart the printer.',
  },
  local: {
    symptom: 'This machine cannot open a connection',
    step: 'Look at the machine that runs the exporter, not at the printer: raise its limit of open files (LimitNOFILE, ulimit -n), or allow the connection in its firewall or security module.',
  },
} as const satisfies Readonly<Record<string, NextStep>>;

export type NextStepId = keyof typeof NEXT_STEPS;

/** What the HTTP endpoint still needs, in a few words, and where it is found. */
export function missingCredentials(known: {
  readonly serial?: string | undefined;
  readonly model?: string | undefined;
}): string {
  const code = 'check code needed: Printer ID on the screen, while LAN mode is on';
  return known.serial === undefined ? `serial number and ${code}` : `serial known, ${code}`;
}
