// What one model of printer is made of, for the table in models.ts.

/** What a printer says about itself. */
export interface Identity {
  readonly name: string;
  /** As TCP words it, `v3.1.3`; HTTP leaves the `v` out. */
  readonly firmware: string;
  readonly serialNumber: string;
  /** What follows the label in M115, stray bytes included: `88:A9:A7:93:86:F8\n `. */
  readonly mac: string;
  /** The address it believes to have, in URLs of /detail. */
  readonly ip: string;
  readonly location: string;
}

/** What M27 counts. `bytes-past-end`: a finished file of n bytes shows n + 1 (test/captures/finder1-v1.5-20160804-idle). */
export type Counting = 'bytes-past-end' | 'bytes' | 'percent' | 'per-mille';

export interface Counts {
  readonly printed: number;
  readonly total: number;
  readonly layer?: number;
  readonly layers?: number;
}

/** `x` is X1 where a printer has two. */
export interface Position {
  readonly x: number;
  readonly x2?: number;
  readonly y: number;
  readonly z: number;
  readonly a: number;
  readonly b: number;
}

export interface Model {
  readonly tcp: boolean;
  readonly http: boolean;
  /** UDP product id; 0 where none is known. Those of Finder and Dreamer are their USB ids: no reply of theirs was captured. */
  readonly productId: number;
  readonly identity: Omit<Identity, 'ip'>;
  readonly counting: Counting;
  /** Whether M27 has a Layer line: never, once a job was seen, or always. */
  readonly layerLine: 'never' | 'with-job' | 'always';
  /** A finished job stays as completed until the plate is cleared; others go back to READY and keep its M27. */
  readonly showsCompleted: boolean;
  readonly statusWhileHeating: 'heating' | 'printing';
  readonly wordWhilePaused: 'BUILDING_FROM_SD' | 'PAUSED';
  readonly hasBed: boolean;
  /** Celsius at rest. */
  readonly ambient: { readonly tools: readonly number[]; readonly bed: number; readonly chamber: number };
  readonly atRest: {
    readonly endstop: string;
    readonly flags: string;
    readonly counts: Counts;
    readonly position: Position;
  };
  readonly whileMoving: { readonly endstop: string; readonly flags: string };
  readonly lightOn: boolean;
  readonly lifetime: { readonly minutes: number; readonly meters: number };
}
