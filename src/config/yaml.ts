// YAML with the place of everything in it, so that an error can point at it.

import { type Document, isMap, isNode, isScalar, isSeq, Lexer, Parser, parseDocument, visit } from 'yaml';
import { ConfigError } from '../common/config-error.ts';

export interface LocatedYaml {
  readonly value: unknown;
  /** `file:line:column` of what a path leads to: of its key, and of the nearest thing around it where it is missing. */
  readonly at: (path: readonly PropertyKey[]) => string;
}

// Ours needs 6; the parser recurses, and at the end of the stack V8 may end the process instead of throwing.
const MAX_DEPTH = 50;

/** The offset where the nesting becomes too deep. */
function findTooDeep(text: string): number | undefined {
  const parser = new Parser();
  for (const lexeme of new Lexer().lex(text)) {
    const { offset } = parser;
    for (const _token of parser.next(lexeme));
    if (parser.stack.length > MAX_DEPTH) return offset;
  }
  return undefined;
}

/** Where a path leads in the text. */
function offsetOf(path: readonly PropertyKey[], document: Document.Parsed): number {
  let node: unknown = document.contents;
  let offset = 0;
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && key.value === step);
      if (!pair) break;
      if (isScalar(pair.key)) offset = pair.key.range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      if (isNode(node)) offset = node.range?.[0] ?? offset;
    } else {
      break;
    }
  }
  return offset;
}

// The parser repeats what it found after a colon, and that may be a check code: `check_code: |5f3a9c1e`.
function reasonOf(message: string): string {
  return message
    .split(/(?<=\S): |[;\n]/, 1)
    .join('')
    .replace('With stringKeys, all keys', 'keys');
}

/** The plain data of a document. @throws ConfigError for aliases that lead nowhere, to themselves or to too much */
function dataOf(document: Document.Parsed, place: (offset: number) => string): unknown {
  let offset = 0;
  try {
    visit(document, {
      Alias: (_key, alias) => {
        offset = alias.range?.[0] ?? offset;
        if (!alias.resolve(document)) throw new ReferenceError('unresolved');
      },
    });
    return document.toJS();
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    throw new ConfigError(`${place(offset)}: not YAML: an alias without its anchor, or too many of them`);
  }
}

/** Reads YAML text; an empty one is undefined. @throws ConfigError with `file:line:column` */
export function parseYaml(source: string, file: string): LocatedYaml {
  const text = source.replace(/^\uFEFF/, '');
  const place = (offset: number): string => {
    const lines = text.slice(0, offset).split('\n');
    return `${file}:${lines.length}:${(lines.at(-1)?.length ?? 0) + 1}`;
  };
  const tooDeep = findTooDeep(text);
  if (tooDeep !== undefined) throw new ConfigError(`${place(tooDeep)}: nested too deep`);
  const document = parseDocument(text, { prettyErrors: false, stringKeys: true, resolveKnownTags: false });
  const [broken] = [...document.errors, ...document.warnings];
  if (broken) throw new ConfigError(`${place(broken.pos[0])}: not YAML: ${reasonOf(broken.message)}`);
  return {
    value: dataOf(document, place) ?? undefined,
    at: (path) => place(offsetOf(path, document)),
  };
}
