// A reply as it came, cut out of the byte stream but not parsed.

export interface Reply {
  /** The echoed command word, such as `M119`. Empty for a refusal or a login's answer without a CMD line. */
  readonly command: string;
  /** What came between the CMD line and the `ok`; without a CMD line, the one line that is the reply. Empty if the reply is too long. */
  readonly data: string;
  /** Whether it ended in `ok`; false if the next reply, silence or the end of its time cut it short. */
  readonly complete: boolean;
  /** The length of the reply, if it is over the limit. */
  readonly tooLongBytes?: number;
}

/** The data lines of a reply: trimmed, without empty lines. */
export function linesOf({ data }: Reply): readonly string[] {
  const lines: string[] = [];
  for (const raw of data.split('\n')) {
    const line = raw.trim();
    if (line !== '') lines.push(line);
  }
  return lines;
}

/** Whether a reply has no data line. */
export function isEmpty({ data }: Reply): boolean {
  return data.trim() === '';
}
