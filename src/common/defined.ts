// Objects with properties that may be undefined.

/** Whether any property of the object is known. */
export function hasValue(fields: object): boolean {
  return Object.values(fields).some((value) => value !== undefined);
}

/** T with every property that may be undefined made optional. */
type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/**
 * A copy without the properties that are undefined. Conditional spreads (`...(x && { x })`) do the same, but V8 gives every
 * object they create a hidden class of its own, and creating and reading those was most of a scrape's CPU time.
 */
export function onlyDefined<const T extends object>(fields: T): Defined<T>;
export function onlyDefined(fields: Readonly<Record<string, unknown>>): object {
  const defined: Record<string, unknown> = {};
  for (const key of Object.keys(fields)) {
    const value = fields[key];
    if (value !== undefined) defined[key] = value;
  }
  return defined;
}
