// `/`: the status page for people, and with `?fragment` the part of it that changes.

import { CachedReadings } from '../../fleet/cached-readings.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import type { BuildInfo } from '../../metrics/exporter.ts';
import type { Handler } from '../http/router.ts';
import type { PrinterStatus } from './card.ts';
import { contentSecurityPolicy, renderFragment, renderStatusPage } from './status.ts';

export interface StatusPageOptions {
  readonly fleet: Fleet;
  readonly build: BuildInfo;
  readonly telemetryPath: string;
  /** How long one read of a printer may take. */
  readonly readTimeMs: number;
}

// docs/architecture.md#data-flow: the page may show a reading up to 5 s old.
const MAX_AGE_MS = 5000;
const PATIENCE_MS = 2000;

/** The route's handler; what it keeps is which reads it has begun. */
export function createStatusPage({ fleet, build, telemetryPath, readTimeMs }: StatusPageOptions): Handler {
  const recent = new CachedReadings({ maxAgeMs: MAX_AGE_MS, patienceMs: PATIENCE_MS, readTimeMs });
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': contentSecurityPolicy(),
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
  };
  return async ({ url }) => {
    const glances = await recent.look(fleet.printers);
    const printers = glances.map(({ view, reading, ageMs, isBeingRead }): PrinterStatus => {
      const failures = (reading?.endpoints ?? []).flatMap(({ protocol, failure }) =>
        failure ? [{ protocol, code: failure.code, message: failure.message }] : [],
      );
      return { view, failures, isBeingRead, ...(ageMs !== undefined && { ageMs }) };
    });
    const page = { build, telemetryPath, nowMs: fleet.nowMs, printers };
    return {
      status: 200,
      headers,
      body: url.searchParams.has('fragment') ? renderFragment(page) : renderStatusPage(page),
    };
  };
}
