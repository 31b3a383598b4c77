// Both protocols of one printer as one Snapshot.

import { hasValue, onlyDefined } from '../common/defined.ts';
import { findProductByModel, type Product } from './products.ts';
import type { Identity, Snapshot } from './snapshot.ts';
import { isFetching } from './state.ts';

/** The snapshot without its job. */
function withoutJob(snapshot: Snapshot): Snapshot {
  return onlyDefined({
    ...snapshot,
    progress: undefined,
    printBytes: undefined,
    printSizeBytes: undefined,
    layer: undefined,
    layers: undefined,
    file: undefined,
    isFileUnknown: undefined,
  });
}

/** The snapshot beside one over HTTP, which always says whether there is a file. */
function besideHttp(snapshot: Snapshot): Snapshot {
  return snapshot.isFileUnknown ? onlyDefined({ ...snapshot, isFileUnknown: undefined }) : snapshot;
}

/** What both protocols say a printer is; HTTP wins. Undefined if neither said anything. */
export function mergeIdentities(tcp: Identity | undefined, http: Identity | undefined): Identity | undefined {
  const identity = { ...tcp, ...http };
  return hasValue(identity) ? identity : undefined;
}

function mergeHeaters(tcp: Snapshot['heaters'], http: Snapshot['heaters']): Snapshot['heaters'] {
  if (!tcp || !http) return http ?? tcp;
  const merged = new Map(tcp);
  for (const [heater, { celsius, targetCelsius }] of http) {
    const other = tcp.get(heater);
    merged.set(heater, {
      celsius: celsius ?? other?.celsius,
      targetCelsius: targetCelsius ?? other?.targetCelsius,
    });
  }
  return merged;
}

/**
 * Merges both protocols of one printer: HTTP wins if both have a value (docs/architecture.md#data-flow), TCP adds the rest.
 * A state is taken together with its protocol.
 */
export function mergeSnapshots(tcp: Snapshot | undefined, http: Snapshot | undefined): Snapshot {
  return withoutContradiction(mergeSides(tcp, http));
}

function mergeSides(tcp: Snapshot | undefined, http: Snapshot | undefined): Snapshot {
  if (!tcp || !http) return tcp ?? http ?? {};
  // While HTTP says that the job is still being fetched, TCP shows the last job, or garbage.
  const isBeingFetched = http.statusWords?.some(({ status }) => isFetching(status));
  return mergeKnown(isBeingFetched ? withoutJob(tcp) : besideHttp(tcp), http);
}

function mergeKnown(tcp: Snapshot, http: Snapshot): Snapshot {
  const identity = mergeIdentities(tcp.identity, http.identity);
  const statusWords = [...(tcp.statusWords ?? []), ...(http.statusWords ?? [])];
  const heaters = mergeHeaters(tcp.heaters, http.heaters);
  // An unknown word over HTTP gives way to TCP's state. Both words stay visible.
  const stateFrom = http.state === undefined || (http.state === 'unknown' && tcp.state !== undefined) ? tcp : http;
  const fileProtocol = http.file !== undefined ? 'http' : 'tcp';
  return {
    ...tcp,
    // Its undefined keys must not hide what TCP knows.
    ...onlyDefined(http),
    ...onlyDefined({
      fileProtocol: (http.file ?? tcp.file) === undefined ? undefined : fileProtocol,
      state: stateFrom.state,
      stateProtocol: stateFrom.stateProtocol,
      identity,
      statusWords: statusWords.length > 0 ? statusWords : undefined,
      heaters,
    }),
  };
}

/**
 * The snapshot without what cannot be true of the whole: the hardware that its model does not have, and a progress below
 * 1 of a completed job whose layers are all printed (maziggy/bambuddy#1829).
 */
function withoutContradiction(snapshot: Snapshot): Snapshot {
  const progress = consistentProgress(snapshot);
  const consistent = progress === snapshot.progress ? snapshot : onlyDefined({ ...snapshot, progress });
  return withPresentHardware(consistent, snapshot.identity?.model);
}

/**
 * The snapshot without what the model does not have, whichever side said which model it is.
 * @param model undefined if it is not known: then everything that was reported stays
 */
export function withPresentHardware(snapshot: Snapshot, model: string | undefined): Snapshot {
  const product = model === undefined ? undefined : findProductByModel(model);
  if (!product) return snapshot;
  const heaters = presentHeaters(snapshot.heaters, product);
  const fanRatios = presentFans(snapshot.fanRatios, product);
  const doorOpen = product.doorSensor === false ? undefined : snapshot.doorOpen;
  const filtration = product.filtration === false ? undefined : snapshot.filtration;
  const isAllPresent =
    heaters === snapshot.heaters &&
    fanRatios === snapshot.fanRatios &&
    doorOpen === snapshot.doorOpen &&
    filtration === snapshot.filtration;
  return isAllPresent ? snapshot : onlyDefined({ ...snapshot, heaters, fanRatios, doorOpen, filtration });
}

function presentHeaters(heaters: Snapshot['heaters'], product: Product): Snapshot['heaters'] {
  const { tools = Number.POSITIVE_INFINITY, chamberSensor } = product;
  return entriesOf(heaters, (heater) =>
    heater === 'chamber' ? chamberSensor !== false : !heater.startsWith('tool') || Number(heater.slice(4)) < tools,
  );
}

function presentFans(fanRatios: Snapshot['fanRatios'], { leftFan }: Product): Snapshot['fanRatios'] {
  return entriesOf(fanRatios, (fan) => fan !== 'cooling_left' || leftFan !== false);
}

/** The entries whose key is present; the same map if all are, and undefined if none is. */
function entriesOf<T>(
  map: ReadonlyMap<string, T> | undefined,
  isPresent: (key: string) => boolean,
): ReadonlyMap<string, T> | undefined {
  if (!map || [...map.keys()].every(isPresent)) return map;
  const present = new Map([...map].filter(([key]) => isPresent(key)));
  return present.size > 0 ? present : undefined;
}

function consistentProgress({ state, progress, layer, layers }: Snapshot): Snapshot['progress'] {
  if (state !== 'completed' || !progress || progress.ratio === 1) return progress;
  if (layer !== undefined && layers && layer >= layers) return { ...progress, ratio: 1 };
  // Without layers, 0 can only mean that the printer has reset its counter.
  return progress.ratio === 0 ? undefined : progress;
}
