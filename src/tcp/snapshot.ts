// From the parsed replies of TCP to the domain: what each number means, and what is missing.

import type { HeaterReading, Identity, Snapshot } from '../printer/snapshot.ts';
import { type State, stateFromTcp } from '../printer/state.ts';
import type { Temperatures } from './m105.ts';
import type { MachineInfo } from './m115.ts';
import type { Status } from './m119.ts';
import type { TcpReplies } from './read.ts';

function readingsOf(temperatures: Temperatures): ReadonlyMap<string, HeaterReading> {
  const heaters = new Map<string, HeaterReading>();
  for (const [heater, { celsius, targetCelsius }] of temperatures) {
    // A Finder has no heated bed and a 5M no second tool; both still answer 0/0 (protocol.md 1.6).
    if (celsius === 0 && targetCelsius === 0 && heater !== 'tool0') continue;
    if (celsius === undefined && targetCelsius === undefined) continue;
    heaters.set(heater, {
      ...(celsius !== undefined && { celsius }),
      ...(targetCelsius !== undefined && { targetCelsius }),
    });
  }
  return heaters;
}

function identityOf(info: MachineInfo): Identity {
  return {
    ...(info.machineType !== undefined && { model: info.machineType }),
    ...(info.machineName !== undefined && { name: info.machineName }),
    ...(info.firmware !== undefined && { firmware: info.firmware }),
    ...(info.serial !== undefined && { serial: info.serial }),
    ...(info.mac !== undefined && { mac: info.mac }),
    ...(info.volumeMeters && { buildVolumeMeters: info.volumeMeters }),
  };
}

// A Dremel answers M119 in words of its own; what they mean is not known, that it answered is (quirks.md A15).
function stateOf(status: Status): State | undefined {
  if (status.machineStatus !== undefined) return stateFromTcp(status.machineStatus, status.moveMode);
  return status.foreignStatus === undefined ? undefined : 'unknown';
}

/** What the replies of one TCP visit mean. */
export function snapshotFromTcp(replies: TcpReplies): Snapshot {
  const { m119, m105, m27, m114, m115 } = replies;
  const state = m119 && stateOf(m119);
  const word = m119?.machineStatus ?? m119?.foreignStatus;
  const heaters = m105 && readingsOf(m105);
  return {
    ...(m115 && { identity: identityOf(m115) }),
    ...(state !== undefined && { state, stateProtocol: 'tcp' }),
    ...(word !== undefined && { statusWords: [{ protocol: 'tcp', status: word }] }),
    ...(m119?.moveMode !== undefined && { moveMode: m119.moveMode }),
    ...(m119?.endstops && { endstops: m119.endstops }),
    ...(m119?.ledOn !== undefined && { lightOn: m119.ledOn }),
    ...(m119?.currentFile !== undefined && { file: m119.currentFile }),
    ...(heaters && heaters.size > 0 && { heaters }),
    ...(m114 && { positionMeters: new Map([...m114].map(([axis, { meters }]) => [axis, meters])) }),
    ...(m27?.ratio !== undefined && { progress: { ratio: m27.ratio, protocol: 'tcp' } }),
    ...(m27?.bytes !== undefined && { printBytes: m27.bytes }),
    ...(m27?.sizeBytes !== undefined && { printSizeBytes: m27.sizeBytes }),
    ...(m27?.layer !== undefined && { layer: m27.layer }),
    ...(m27?.layers !== undefined && { layers: m27.layers }),
  };
}
