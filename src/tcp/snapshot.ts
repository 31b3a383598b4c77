// Turns the parsed replies into a snapshot: what each number means, and which values count as missing.

import { onlyDefined } from '../common/defined.ts';
import { meansNoChamberSensor } from '../printer/celsius.ts';
import { formatMac } from '../printer/identifiers.ts';
import { formatModel } from '../printer/products.ts';
import type { Axes, HeaterReading, Identity, Progress, Protocol, Snapshot } from '../printer/snapshot.ts';
import { type State, stateFromTcp } from '../printer/state.ts';
import type { PrintProgress } from './m27.ts';
import type { Temperatures } from './m105.ts';
import type { Position } from './m114.ts';
import type { MachineInfo } from './m115.ts';
import type { Status } from './m119.ts';
import type { TcpReplies } from './replies.ts';
import { finite } from './values.ts';

const PROTOCOL: Protocol = 'tcp';

function heatersFrom(temperatures: Temperatures): ReadonlyMap<string, HeaterReading> {
  const heaters = new Map<string, HeaterReading>();
  for (const [heater, { current, celsius, targetCelsius }] of temperatures) {
    // A Finder has no heated bed and a 5M no second tool, and both send 0/0 for it (docs/protocol.md#m105-temperatures).
    if (celsius === 0 && targetCelsius === 0 && heater !== 'tool0') continue;
    if (celsius === undefined && targetCelsius === undefined) continue;
    if (heater === 'chamber' && meansNoChamberSensor(finite(current))) continue;
    heaters.set(heater, { celsius, targetCelsius });
  }
  return heaters;
}

function identityFrom(info: MachineInfo): Identity {
  return onlyDefined({
    model: info.machineType === undefined ? undefined : formatModel(info.machineType),
    name: info.machineName,
    firmware: info.firmware,
    serial: info.serial,
    mac: info.mac === undefined ? undefined : formatMac(info.mac),
    buildVolumeMeters: info.volumeMeters,
  });
}

function axesFrom(position: Position): Axes {
  const axes = new Map<string, number>();
  for (const [axis, { meters }] of position) axes.set(axis, meters);
  return axes;
}

function stateFrom({ machineStatus, moveMode, foreignStatus, isPartial }: Status): State | undefined {
  // MoveMode tells paused from printing: without it, a partial reply has no state.
  if (machineStatus !== undefined)
    return isPartial && moveMode === undefined ? undefined : stateFromTcp(machineStatus, moveMode);
  // A Dremel replies to M119 with words of its own, whose meaning is not known (docs/protocol.md#m119-status).
  return foreignStatus === undefined || isPartial ? undefined : 'unknown';
}

function progressFrom({ ratio, total }: PrintProgress): Progress | undefined {
  if (ratio === undefined) return undefined;
  return { ratio, protocol: PROTOCOL, step: total === undefined ? undefined : 1 / total };
}

/** Turns the replies of one read into a snapshot. */
export function snapshotFromTcp(replies: TcpReplies): Snapshot {
  const { m119, m105, m27, m114, m115 } = replies;
  const state = m119 && stateFrom(m119);
  const word = m119?.machineStatus ?? (m119?.isPartial ? undefined : m119?.foreignStatus);
  const heaters = m105 && heatersFrom(m105);
  return {
    identity: m115 && identityFrom(m115),
    state,
    stateProtocol: state && PROTOCOL,
    statusWords: word === undefined ? undefined : [{ protocol: PROTOCOL, status: word }],
    moveMode: m119?.moveMode,
    endstops: m119?.endstops,
    lightOn: m119?.ledOn,
    file: m119?.currentFile,
    isFileUnknown: m119?.isPartial && m119.currentFile === undefined ? true : undefined,
    heaters: heaters && heaters.size > 0 ? heaters : undefined,
    positionMeters: m114 && axesFrom(m114),
    progress: m27 && progressFrom(m27),
    printBytes: m27?.bytes,
    printSizeBytes: m27?.sizeBytes,
    layer: m27?.layer,
    layers: m27?.layers,
  };
}
