// Metrics of the exporter itself.

import { bool, family } from './family.ts';

export interface BuildInfo {
  readonly version: string;
  readonly revision: string;
}

export interface ExporterStatus {
  readonly build: BuildInfo;
  readonly lastReloadSuccessful: boolean;
  /** When the configuration in use was loaded, in seconds since 1970. */
  readonly lastReloadSuccessSeconds: number;
  /** Whether --state.file can be written; undefined without it. */
  readonly stateFileWritable?: boolean | undefined;
  /** Whether the web configuration file was valid when it last changed; undefined without --web.config.file. */
  readonly webConfigSuccessful?: boolean | undefined;
  /** Requests refused since the exporter started, by HTTP status. */
  readonly refusedRequests: Readonly<Record<number, number>>;
}

export const EXPORTER_FAMILIES = [
  family(
    'flashforge_exporter_build_info',
    'gauge',
    'Version of the exporter and what it runs on, always 1.',
    ['version', 'revision', 'node_version'],
    ({ build }: ExporterStatus, emit) => emit(1, build.version, build.revision, process.versions.node),
  ),
  family(
    'flashforge_exporter_config_last_reload_successful',
    'gauge',
    'Whether the last attempt to load the configuration, and that of --web.config.file, succeeded.',
    [],
    ({ lastReloadSuccessful, webConfigSuccessful = true }: ExporterStatus, emit) =>
      emit(bool(lastReloadSuccessful && webConfigSuccessful)),
  ),
  family(
    'flashforge_exporter_config_last_reload_success_timestamp_seconds',
    'gauge',
    'When the configuration in use was loaded.',
    [],
    ({ lastReloadSuccessSeconds }: ExporterStatus, emit) => emit(lastReloadSuccessSeconds),
  ),
  family(
    'flashforge_exporter_state_file_writable',
    'gauge',
    'Whether the last write of --state.file succeeded; only with --state.file.',
    [],
    ({ stateFileWritable }: ExporterStatus, emit) => emit(bool(stateFileWritable)),
  ),
  family(
    'flashforge_exporter_http_requests_refused_total',
    'counter',
    'Requests refused: 401 without a valid password, 429 with too many passwords waiting, 503 at --web.max-requests.',
    ['code'],
    ({ refusedRequests }: ExporterStatus, emit) => {
      for (const [code, count] of Object.entries(refusedRequests)) emit(count, code);
    },
  ),
] as const;

export type ExporterMetricName = (typeof EXPORTER_FAMILIES)[number]['name'];
