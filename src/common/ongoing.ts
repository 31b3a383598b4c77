// Work in progress that can say at any time how far it has come.

export interface Ongoing<T> {
  /** Settles when the work is over. */
  readonly over: Promise<void>;
  /** What it has come to so far: all of it once it is over. */
  soFar(): T;
}
