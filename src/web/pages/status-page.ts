// `/`: the status page for people, and with `?fragment` the part of it that changes.

import { readForPage } from '../../fleet/cached-readings.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import type { BuildInfo } from '../../metrics/exporter.ts';
import type { Handler } from '../http/router.ts';
import { contentSecurityPolicy, renderFragment, renderStatusPage } from './status.ts';

export interface StatusPageOptions {
  readonly fleet: Fleet;
  readonly build: BuildInfo;
  readonly telemetryPath: string;
}

// docs/architecture.md#data-flow: the page may show a reading up to 5 s old.
const MAX_AGE_MS = 5000;
const PATIENCE_MS = 2000;

/** The route's handler. */
export function createStatusPage({ fleet, build, telemetryPath }: StatusPageOptions): Handler {
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': contentSecurityPolicy(),
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
  };
  return async ({ url }) => {
    const printers = await readForPage(fleet.printers, { maxAgeMs: MAX_AGE_MS, patienceMs: PATIENCE_MS });
    const page = { build, telemetryPath, nowMs: fleet.nowMs, printers };
    return {
      status: 200,
      headers,
      body: url.searchParams.has('fragment') ? renderFragment(page) : renderStatusPage(page),
    };
  };
}
