// Objects in which what is not known is missing.

/** T without undefined: a property that may be undefined may be missing instead. */
type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/**
 * The object without the properties that are undefined. A spread a property (`...(x && { x })`) says the same, but V8
 * gives objects so made a hidden class each: making and reading them was most of what a scrape cost.
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
