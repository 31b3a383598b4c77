// The five JSON documents of flashforge-finder-api, with its keys, order and types (docs/json-api.md).
// Strings are as the printer sent them; a field it does not send is null.

import { percentOf } from '../../common/percent.ts';
import type { Snapshot } from '../../printer/snapshot.ts';
import type { TcpReplies } from '../../tcp/replies.ts';

export const DOCUMENTS = ['info', 'head-location', 'temp', 'progress', 'status'] as const;
export type DocumentName = (typeof DOCUMENTS)[number];

/** The TCP replies of a printer, and the snapshot for printers that speak only HTTP. */
export interface Source {
  readonly replies: TcpReplies;
  readonly snapshot: Snapshot;
}

type Document = Readonly<Record<string, string | number | null>>;

function info({ replies: { m115 }, snapshot: { identity } }: Source): Document {
  return {
    Firmware: m115?.firmware ?? identity?.firmware ?? null,
    Name: m115?.machineName ?? identity?.name ?? null,
    SN: m115?.serial ?? identity?.serial ?? null,
    'Tool Count': m115?.toolCount ?? null,
    Type: m115?.machineType ?? identity?.model ?? null,
    X: m115?.volume ?? null,
  };
}

function headLocation({ replies: { m114 } }: Source): Document {
  // Printers with two carriages send X1 and X2 (docs/protocol.md#m114-position); the original tool knows only one X.
  const x = m114?.get('x') ?? m114?.get('x1');
  return { X: x?.text ?? null, Y: m114?.get('y')?.text ?? null, Z: m114?.get('z')?.text ?? null };
}

function text(value: number | undefined): string | null {
  return value === undefined ? null : String(value);
}

function temp({ replies: { m105 }, snapshot }: Source): Document {
  const tool = m105?.get('tool0');
  const known = snapshot.heaters?.get('tool0');
  return {
    TargetTemperature: tool?.target ?? text(known?.targetCelsius),
    Temperature: tool?.current ?? text(known?.celsius),
  };
}

function progress({ replies: { m27 }, snapshot }: Source): Document {
  const { printed, total } = m27 ?? {};
  const ratio = snapshot.progress?.ratio;
  const ofTotal = printed !== undefined && total !== undefined ? percentOf(printed, total) : undefined;
  const percent = ofTotal ?? (ratio === undefined ? undefined : percentOf(ratio));
  return {
    BytesPrinted: printed ?? null,
    BytesTotal: total ?? null,
    PercentageCompleted: percent ?? null,
  };
}

function status({ replies: { m119 }, snapshot }: Source): Document {
  return {
    Endstop: m119?.endstop ?? null,
    MachineStatus: m119?.machineStatus ?? m119?.foreignStatus ?? snapshot.statusWords?.[0]?.status ?? null,
    MoveMode: m119?.moveMode ?? null,
    Status: m119?.flags ?? null,
  };
}

const RENDERERS: Readonly<Record<DocumentName, (source: Source) => Document>> = {
  info,
  'head-location': headLocation,
  temp,
  progress,
  status,
};

/** One of the five documents. */
export function renderDocument(name: DocumentName, source: Source): Document {
  return RENDERERS[name](source);
}
